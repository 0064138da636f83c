import type { Refusal } from './refusal.ts';

/** `HOST:PORT` as Caddy reaches it, with `https://` in front where the app speaks TLS. `http://` is tolerated. */
export function checkUpstream(value: string): Refusal | undefined {
  const form = 'Write HOST:PORT, for example wiki:8080.';
  if (value.trim() === '') return { problem: 'is empty', fix: form };
  if (/^(unix|fd(gram)?)[/:+]|^\//i.test(value)) {
    return {
      problem: 'is a Unix socket',
      why: "It is a file of this server, which Caddy's container cannot see.",
      fix: 'Let the app listen on a TCP port, and write HOST:PORT.',
    };
  }
  if (/[\s\p{Cc}]/u.test(value)) return { problem: 'has a space or a control character in it', fix: form };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(value)?.[1]?.toLowerCase();
  if (scheme !== undefined && !/^https?$/.test(scheme)) return { problem: `begins with ${scheme}://`, fix: form };
  const bare = normaliseUpstream(value);
  if (bare.includes('/') || bare.includes('?')) {
    return { problem: 'has a path behind it', why: 'The app is served as a whole, below its own name.', fix: form };
  }
  return checkHostAndPort(bare, form);
}

function checkHostAndPort(bare: string, form: string): Refusal | undefined {
  const parts = /^(\[[^\]]*\]|[^:[\]]*)(?::([^:]*))?$/.exec(bare);
  const [, host, port] = parts ?? [];
  if (host === undefined) {
    return {
      problem: 'has more than one colon',
      fix: 'Write HOST:PORT; an IPv6 address goes in brackets: [fd00::5]:80.',
    };
  }
  if (host === '') return { problem: 'has no host in front of the port', fix: form };
  if (canonicalHost(host) === undefined || !/^(\[[0-9a-f:.]+\]|[a-z0-9][a-z0-9._-]*)$/i.test(host)) {
    return { problem: "has a host that is neither a container's name, a host name nor an address", fix: form };
  }
  if (port === undefined || port === '')
    return { problem: 'has no port', fix: isLoopback(host) ? whereItIs : `Write the port too: ${host}:8080.` };
  if (!/^\d+$/.test(port)) return { problem: 'has a port that is not a number', fix: `Write ${host}:8080.` };
  return checkPort(port);
}

const whereItIs =
  "Write HOST:PORT. For a Caddy in a container that is the app's container and its inner port (wiki:80); for a Caddy on this server itself, 127.0.0.1:8081.";

/** A TCP port, 1 to 65535, as text. */
export function checkPort(port: string): Refusal | undefined {
  const number = Number(port);
  if (Number.isInteger(number) && number >= 1 && number <= 65535) return undefined;
  return { problem: 'is not a port', fix: 'Write a port from 1 to 65535.' };
}

/**
 * Refuses every spelling of "this machine itself": inside a container that is the container, not the server.
 * Not for a proxy that homeauth does not know the place of.
 */
export function checkNotLoopback(value: string): Refusal | undefined {
  const bare = normaliseUpstream(value);
  const host = canonicalHost(bare.replace(/:\d*$/, ''));
  if (host === undefined || !isLoopback(host)) return undefined;
  const port = /:(\d+)$/.exec(bare)?.[1] ?? 'PORT';
  return {
    problem: 'is a loopback address',
    why: "Caddy asks from inside its container, so that is Caddy's own container and not this server.",
    fix: `Write the app's container and its inner port (wiki:80), or this server's LAN address (192.168.0.4:${port}).`,
  };
}

/** Refuses a container's name: outside of Docker nobody answers for it. */
export function checkNotContainer(value: string): Refusal | undefined {
  const host = canonicalHost(normaliseUpstream(value).replace(/:\d*$/, ''));
  if (host === undefined || host === 'localhost' || /[.:]/.test(host.replace(/\.caddy_caddynet$/, '')))
    return undefined;
  return {
    problem: "is a container's name, which a Caddy on this server itself does not know",
    why: 'Only containers on the same network ask Docker for names.',
    fix: 'Publish its port on this server alone (ports: "127.0.0.1:8081:80" in its compose file), and write upstream: 127.0.0.1:8081.',
  };
}

/** Refuses what only this server itself reaches, for a proxy on another machine. */
export function checkNotHereAlone(value: string): Refusal | undefined {
  if (!checkNotContainer(value) && !checkNotLoopback(value)) return undefined;
  return {
    problem: 'is known to this server alone, and your proxy is on another machine',
    fix: 'Publish its port at the address of listen (ports: "10.8.0.2:8081:80" in its compose file), and write upstream: 10.8.0.2:8081.',
  };
}

/** `HOST:PORT` alone: without scheme and a lone slash at the end. */
export function normaliseUpstream(value: string): string {
  return value.replace(/^https?:\/\//i, '').replace(/\/$/, '');
}

export const isHttps = (upstream: string): boolean => /^https:\/\//i.test(upstream);

/** As browsers read it, so that `127.1`, `0x7f000001` and `::ffff:127.0.0.1` are seen for what they are. */
function canonicalHost(host: string): string | undefined {
  const url = `http://${host.replace(/\.$/, '').replaceAll('_', '-')}/`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost') || host === 'ip6-localhost' || host === 'ip6-loopback')
    return true;
  if (/^(127|0)\.\d+\.\d+\.\d+$/.test(host)) return true;
  return host === '[::1]' || host === '[::]' || /^\[::ffff:(7f|0:|0\])/.test(host);
}

import { appObjections } from './app-rules.ts';
import { isInside } from './host-name.ts';
import { isLoopback } from './listen.ts';
import { type Loose, loose, type Objection, string } from './refusal.ts';

/**
 * What the keys of a file say against each other. Takes the file as it was read, broken or not, so that these
 * objections come together with those of the schema.
 */
export function objections(data: unknown): Objection[] {
  const file = loose(data);
  const domain = string(file['domain']);
  const authHost = string(file['auth-host']) ?? (domain && `auth.${domain}`);
  const isFar = file['proxy-address'] !== undefined;
  const from = isFar ? 'machine' : (proxies[string(file['proxy']) ?? 'caddy'] ?? 'anywhere');
  return [
    ...aboutAuthHost(file, domain),
    ...aboutListen(file),
    ...aboutTls(file),
    ...aboutGroups(file['groups'], file['apps']),
    ...aboutMail(loose(file['mail'])),
    ...aboutNotify(file),
    ...appObjections(file['apps'], { domain, authHost, from }),
  ];
}

const proxies: Readonly<Record<string, 'container' | 'host'>> = { caddy: 'container', 'host-caddy': 'host' };

function aboutListen(file: Loose): Objection[] {
  const proxy = string(file['proxy']) ?? 'caddy';
  const [listen, address] = [string(file['listen']), string(file['proxy-address'])];
  const objection = (key: string, problem: string, fix: string): Objection[] => [
    { path: [key], value: file[key], problem, fix },
  ];
  if (listen !== undefined && proxy === 'caddy')
    return objection(
      'listen',
      'is for a proxy outside of Docker alone',
      'Write proxy: host-caddy or manual, or delete listen.',
    );
  const isFar = listen !== undefined && !isLoopback(listen);
  if (isFar && proxy === 'host-caddy')
    return objection(
      'listen',
      'is for a proxy on another machine',
      'Write 127.0.0.1:910: a Caddy on this server asks there.',
    );
  if (isFar && address === undefined)
    return objection(
      'listen',
      'needs proxy-address beside it',
      'Write proxy-address: with the one address that your proxy asks from, or listen: 127.0.0.1:910 for a proxy on this server.',
    );
  if (address === undefined) return [];
  if (proxy !== 'manual' || !isFar)
    return objection(
      'proxy-address',
      'is for a proxy on another machine alone',
      "Write proxy: manual, and listen: with this server's address in the network of the two, like 10.8.0.2:910.",
    );
  return listen.startsWith(`${address}:`)
    ? objection('proxy-address', "is this server's own", 'Write the address of the machine where the proxy is.')
    : [];
}

function aboutTls(file: Loose): Objection[] {
  const [tls, from] = [file['tls'], file['tls-from']];
  if (tls === 'external' && from === undefined) {
    const why = 'Whoever is named there may ask without TLS, and nobody else.';
    const fix = 'Write tls-from: with the address or the container where TLS ends, as in  tls-from: [cloudflared].';
    return [{ path: ['tls'], value: tls, problem: 'needs tls-from beside it', why, fix }];
  }
  if (tls === 'external' || from === undefined) return [];
  const fix = 'Write tls: external, or delete tls-from.';
  return [{ path: ['tls-from'], value: from, problem: 'is for tls: external alone', fix }];
}

function aboutAuthHost(file: Loose, domain: string | undefined): Objection[] {
  const host = string(file['auth-host']);
  if (host === undefined || domain === undefined || isInside(host, domain)) return [];
  return [
    {
      path: ['auth-host'],
      value: host,
      problem: `is outside ${domain}`,
      why: 'The login page sets the cookie for the whole domain, which a browser takes from inside it only.',
      fix: `Write a name below it, for example auth.${domain}.`,
    },
  ];
}

/** authentik has one group of a name; names that differ in capitals only are two, and look like one. */
function aboutGroups(groups: unknown, apps: unknown): Objection[] {
  const listed = list(groups).map((value, n) => ({ path: ['groups', n], value }));
  const named = list(apps).map((app, n) => ({ path: ['apps', n, 'group'], value: loose(app)['group'] }));
  const spelled = new Map([['authentik admins', 'authentik Admins']]);
  return [...listed, ...named].flatMap(({ path, value }, n): Objection[] => {
    const name = string(value);
    if (name === undefined) return [];
    const first = spelled.get(name.toLowerCase());
    spelled.set(name.toLowerCase(), first ?? name);
    if (first !== undefined && first !== name)
      return [{ path, value, problem: `differs from "${first}" in capitals only`, fix: `Write ${first}.` }];
    // Several apps may well have the same group.
    const isTwice = n < listed.length && listed.findIndex((other) => other.value === name) < n;
    return isTwice ? [{ path, value, problem: 'is given twice', fix: 'Delete one of the two lines.' }] : [];
  });
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function aboutMail(mail: Loose): Objection[] {
  const username = string(mail['username']);
  const file = string(mail['password-file']);
  if (username !== undefined && file === undefined) {
    const fix = 'Add password-file: with the path of a file that has the password, or delete username.';
    return [{ path: ['mail', 'username'], value: username, problem: 'has no password beside it', fix }];
  }
  if (username === undefined && file !== undefined) {
    const fix = 'Add username: or delete password-file.';
    return [{ path: ['mail', 'password-file'], value: file, problem: 'has no user name beside it', fix }];
  }
  return [];
}

function aboutNotify({ mail, notify }: Loose): Objection[] {
  const to = loose(notify)['mail'];
  if (to === undefined || mail !== undefined) return [];
  const fix = 'Add mail: with your mail server, or delete notify.mail.';
  return [{ path: ['notify', 'mail'], value: to, problem: 'has no mail server beside it', fix }];
}

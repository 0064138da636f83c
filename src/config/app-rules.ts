import { findPreset, presets } from '../catalogue/presets.ts';
import { isInside } from './host-name.ts';
import type { Path } from './location.ts';
import { loginObjections } from './login-rules.ts';
import { nearest } from './nearest.ts';
import { type Check, type Loose, loose, type Objection, string } from './refusal.ts';
import { checkNotContainer, checkNotHereAlone, checkNotLoopback, isHttps } from './upstream.ts';

/** What the rest of the file means for its apps. */
interface Around {
  readonly domain: string | undefined;
  readonly authHost: string | undefined;
  /** Where upstreams are asked from: inside of Caddy's container, this server itself, another machine, or nobody knows. */
  readonly from: 'container' | 'host' | 'machine' | 'anywhere';
}

interface Entry {
  readonly given: Loose;
  readonly path: Path;
  readonly name: string;
  readonly namePath: Path;
  readonly host: string | undefined;
  /** The name's place where the host follows from it. */
  readonly hostPath: Path;
}

/** What speaks against the apps, each for itself and beside the others. */
export function appObjections(apps: unknown, around: Around): Objection[] {
  const all = entries(apps, around.domain);
  return [...all.flatMap((app) => aboutApp(app, around)), ...twice(all, around.authHost)];
}

function entries(apps: unknown, domain: string | undefined): Entry[] {
  if (!Array.isArray(apps)) return [];
  return apps.flatMap((item: unknown, index) => {
    const given = typeof item === 'string' ? { name: item } : loose(item);
    const name = string(given['name']);
    if (name === undefined) return [];
    const path = ['apps', index];
    const namePath = typeof item === 'string' ? path : [...path, 'name'];
    const host = string(given['host']);
    const hostPath = host === undefined ? namePath : [...path, 'host'];
    return [{ given, path, name, namePath, host: host ?? (domain && `${name}.${domain}`), hostPath }];
  });
}

function aboutApp(app: Entry, { domain, from }: Around): Objection[] {
  // A host that was written is the schema's to judge; one made of name and domain can only be too long.
  const tooLong = app.given['host'] === undefined && app.host !== undefined && app.host.length > 253;
  return [
    ...withoutUpstream(app, from),
    ...upstreams(app).flatMap(({ path, value }) => {
      const refusal = refusalFrom[from](value);
      return refusal ? [{ ...refusal, path, value }] : [];
    }),
    ...(from === 'host' || from === 'machine' ? startedInDocker(app, from) : []),
    ...ofOneSort(app),
    ...(tooLong
      ? [
          {
            path: app.namePath,
            value: app.name,
            problem: 'is too long below this domain',
            fix: 'Write a shorter name.',
          },
        ]
      : []),
    ...(app.given['mode'] === 'domain' ? inDomainMode(app, domain) : []),
    ...loginObjections(app.given, app.path, from === 'container'),
  ];
}

/** What an upstream may not be, by where it is asked from. */
const refusalFrom: Readonly<Record<Around['from'], Check>> = {
  container: checkNotLoopback,
  host: checkNotContainer,
  machine: checkNotHereAlone,
  anywhere: () => undefined,
};

/** Every server of an app, where it is written. */
function upstreams({ given, path }: Entry): { path: Path; value: string }[] {
  const more = Array.isArray(given['more-upstreams']) ? given['more-upstreams'] : [];
  const all: { path: Path; value: unknown }[] = [
    { path: [...path, 'upstream'], value: given['upstream'] },
    ...more.map((value, index) => ({ path: [...path, 'more-upstreams', index], value })),
  ];
  return all.flatMap(({ path, value }) => (typeof value === 'string' ? [{ path, value }] : []));
}

/** Caddy speaks either TLS to all servers of an app, or to none. */
function ofOneSort(app: Entry): Objection[] {
  // Where none is written it is a preset's, and those are plain http.
  const https = isHttps(string(app.given['upstream']) ?? '');
  const other = upstreams(app).find(({ value }) => isHttps(value) !== https);
  const tls = app.given['upstream-tls'];
  return [
    ...(other
      ? [
          {
            ...other,
            problem: https ? 'is plain http, and upstream is https' : 'is https, and upstream is plain http',
            fix: 'Write https:// in front of all servers of the app, or of none.',
          },
        ]
      : []),
    ...(tls !== undefined && !https
      ? [
          {
            path: [...app.path, 'upstream-tls'],
            value: tls,
            problem: 'is about TLS, and upstream does not begin with https://',
            fix: 'Write upstream: https://HOST:PORT, or delete upstream-tls.',
          },
        ]
      : []),
  ];
}

const isPreset = ({ name, given }: Entry): boolean => given['replaces-site'] !== true && findPreset(name) !== undefined;

function withoutUpstream(app: Entry, from: Around['from']): Objection[] {
  if (app.given['upstream'] !== undefined || isPreset(app)) return [];
  // Only homeauth's own part of a Caddyfile has it.
  if (app.given['extra'] !== undefined && from !== 'anywhere' && from !== 'machine')
    return app.given['open-paths'] === undefined ? [] : [nothingBehind(app)];
  const meant = nearest(
    app.name,
    presets.map(({ name }) => name),
  );
  const own = `For an app of your own, write name: ${app.name} and upstream: HOST:PORT.`;
  return [
    {
      path: app.namePath,
      value: app.name,
      problem: 'has no upstream, and homeauth knows no app by that name',
      fix: meant === undefined ? own : `Did you mean ${meant}? ${own}`,
    },
  ];
}

/** What `extra` answers comes behind the login. */
const nothingBehind = (app: Entry): Objection => ({
  path: [...app.path, 'open-paths'],
  value: app.given['open-paths'],
  problem: 'cannot be served, since the app has no upstream',
  fix: 'Write upstream: HOST:PORT, or delete open-paths.',
});

/** One that homeauth starts is on a network of Docker's, where its address is another one after each start. */
function startedInDocker(app: Entry, from: 'host' | 'machine'): Objection[] {
  const [who, at] =
    from === 'host'
      ? ['Caddy on this server itself', '127.0.0.1']
      : ['proxy on another machine', 'the address of listen'];
  if (app.given['upstream'] !== undefined || !isPreset(app)) return [];
  return [
    {
      path: app.namePath,
      value: app.name,
      problem: `has no upstream, and a ${who} does not reach what homeauth starts in Docker`,
      fix: `Start it yourself with its port published on ${at} alone, and write name: ${app.name} and upstream: ADDRESS:PORT.`,
    },
  ];
}

function inDomainMode(app: Entry, domain: string | undefined): Objection[] {
  const found: Objection[] = [];
  if (app.given['group'] !== undefined) {
    found.push({
      path: [...app.path, 'group'],
      value: app.given['group'],
      problem: 'cannot be asked for in mode domain',
      why: 'All apps of that mode share one provider, so authentik cannot tell them apart.',
      fix: 'Write mode: app, or delete group.',
    });
  }
  if (domain !== undefined && app.host !== undefined && !isInside(app.host, domain)) {
    found.push({
      path: app.hostPath,
      value: app.host,
      problem: `is outside ${domain}`,
      why: 'In mode domain one cookie serves every app, and browsers send it inside the domain only.',
      fix: `Write mode: app, or a host that ends with .${domain}`,
    });
  }
  return found;
}

function twice(apps: readonly Entry[], authHost: string | undefined): Objection[] {
  const names = new Set<string>();
  const hosts = new Map<string, string>();
  const places = new Map<string, string>();
  const services = new Map<string, string>();
  const found: Objection[] = [];
  for (const { name, namePath, host, hostPath, given, path } of apps) {
    const login = string(given['login']) ?? '';
    const place = string(loose(given[login])['settings-in']);
    const other = place === undefined ? undefined : places.get(place);
    if (place !== undefined && other !== undefined) {
      const fix = 'Write the container of each app itself.';
      const problem = `is where the settings of ${other} are, too`;
      found.push({ path: [...path, login, 'settings-in'], value: place, problem, fix });
    }
    if (place !== undefined && other === undefined) places.set(place, name);
    const { file, service } = loose(loose(given[login])['compose-override']);
    const key = string(file) === undefined || string(service) === undefined ? undefined : `${file}:${service}`;
    const sharer = key === undefined ? undefined : services.get(key);
    if (key !== undefined && sharer !== undefined) {
      const problem = `is the service of ${sharer} in this file, too`;
      const fix = 'Write the service of each app itself: one container can be told of one login.';
      found.push({ path: [...path, login, 'compose-override', 'service'], value: service, problem, fix });
    } else if (key !== undefined) services.set(key, name);
    const holder = host === undefined ? undefined : hosts.get(host);
    if (names.has(name)) {
      const fix = 'Rename or delete one of them.';
      found.push({ path: namePath, value: name, problem: 'is the name of two apps', fix });
    } else if (host !== undefined && host === authHost) {
      found.push({
        path: hostPath,
        value: host,
        problem: 'is where people log in',
        why: 'The app would replace the login page.',
        fix: 'Write another host for the app.',
      });
    } else if (holder !== undefined) {
      const fix = 'Write another host for one of them.';
      found.push({ path: hostPath, value: host, problem: `is the host of ${holder} too`, fix });
    }
    names.add(name);
    if (host !== undefined && holder === undefined) hosts.set(host, name);
  }
  return found;
}

import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openApi } from '../../e2e/main-job/api.ts';
import { containerNames, inspect, networkNames } from '../../e2e/main-job/look.ts';
import type { Place } from '../../e2e/main-job/place.ts';

/** Where programs keep what is theirs. */
const living = ['authentik/db', 'authentik/data', 'caddy/data', 'caddy/config'];
const collections = [
  ...['providers/proxy', 'core/applications', 'core/tokens', 'core/users', 'core/groups', 'policies/bindings'],
  'outposts/instances',
];
/** What a server makes by itself: keys, moments, addresses made of them. */
const itsOwn =
  /^(pk|num_pk|uuid|uid|avatar|last_login|last_updated|date_joined|password_change_date|expires|client_id|client_secret|.*_obj|.*_pk|users|users_obj|url|launch_url|redirect_uris|target|assigned_.*)$/;

/** Everything that homeauth made on the real machine; secrets and what is computed from them masked. */
export async function realState(place: Place) {
  const files = {
    ...(await tree(place.base)),
    ...(await tree('/etc/homeauth')),
    ...(await tree('/etc/homeauth.begun')),
  };
  const containers = await Promise.all((await containerNames(place.engine)).map((name) => container(place, name)));
  const api = containers.some((line) => line.startsWith('authentik ')) ? await objects(place) : {};
  const state = { files, containers, networks: await networkNames(place.engine), api };
  const masked = Object.entries(await realSecrets(place)).reduce(
    (text, [name, value]) => text.replaceAll(value, `<${name}>`),
    JSON.stringify(state),
  );
  const plainly = masked
    .replace(/((?:revision|config-hash)\\*"?: ?\\*")[^"\\]+/g, '$1<revision>')
    // Which of its addresses Docker gives to a network is Docker's to say: 172.18.0.0/16 or 192.168.64.0/20.
    .replace(/(172\.\d+\.0\.0\/16|192\.168\.\d+\.0\/20)/g, '<subnet>');
  return JSON.parse(plainly) as typeof state;
}

/** Every secret that is on disk, by its name. */
export async function realSecrets({ root }: Place): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const name of [
    'container-vars.env',
    '.homeauth/token.env',
    '.homeauth/bootstrap.env',
    '.homeauth/admin-password',
  ]) {
    const text = await readFile(join(root, name), 'utf8').catch(() => '');
    for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
      const [key = '', value] = line.split(/=(.*)/s);
      if (value === undefined) found[name] = line;
      else if (/PASS|SECRET|TOKEN/.test(key)) found[`${name} ${key}`] = value.replace(/^(["'])(.*)\1$/, '$2');
    }
  }
  return found;
}

async function tree(top: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const walk = async (path: string, below: string): Promise<void> => {
    const stat = await lstat(path).catch(() => undefined);
    if (!stat) return;
    const access = `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`;
    const isLedger = path.endsWith('/ledger.json');
    const text = stat.isFile() ? await readFile(path, 'utf8') : '';
    const made = isLedger ? (JSON.parse(text).made as object[]).map((line) => JSON.stringify(line)).sort() : text;
    found[path] = living.includes(below) ? 'theirs' : `${access} ${isLedger ? JSON.stringify(made) : text}`;
    if (!stat.isDirectory() || living.includes(below)) return;
    for (const name of await readdir(path)) await walk(join(path, name), below === '' ? name : `${below}/${name}`);
  };
  await walk(top, '');
  return found;
}

async function container({ engine }: Place, name: string): Promise<string> {
  const { Config, Mounts, NetworkSettings, HostConfig, State } = await inspect(engine, name);
  const { Image, Env, Cmd, Labels } = Config;
  const mounts = Mounts.map(({ Source, Destination, RW }) => `${Source} at ${Destination} ${RW}`).sort();
  const networks = Object.keys(NetworkSettings.Networks).sort();
  const rest = { Image, Env: [...Env].sort(), Cmd, Labels, mounts, networks, ports: HostConfig.PortBindings };
  return `${name} ${State.Running} ${JSON.stringify(rest)}`;
}

async function objects(place: Place): Promise<Record<string, string[]>> {
  const api = await openApi(place);
  const found: Record<string, string[]> = {};
  for (const collection of collections) {
    const rows = await api.list(collection);
    found[collection] = rows
      .map((row) => Object.entries(row).filter(([field]) => !itsOwn.test(field)))
      .map((fields) => JSON.stringify(Object.fromEntries(fields.map(([field, value]) => [field, plain(value)]))))
      .filter((line) => !line.includes('ak-outpost-'))
      .sort();
  }
  return found;
}

/** How many there are stays; which numbers and keys a server gave them goes. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'number') return '<number>';
  return typeof value === 'string' && /^[0-9a-f]{8}-?[0-9a-f]{4}-/.test(value) ? '<key>' : value;
}

import { jsonSchemaText } from '../config/json-schema.ts';
import { ldapApps } from '../config/ldap.ts';
import { settingsContainers } from '../desired/app-settings.ts';
import type { Facts } from '../desired/facts.ts';
import { secretNames } from '../desired/layout.ts';
import { picturesOf } from '../desired/pictures.ts';
import { needsTrust } from '../desired/variables.ts';
import { pictureAt, unusable } from '../kinds/icon.ts';
import { assertKept } from '../kinds/secrets.ts';
import { appOf, isSettings, partsOf, placeOf } from '../model/app-setting.ts';
import { Failure } from '../model/failure.ts';
import { backendNetwork, doorNetwork, type NetworkFacts, proxyNetwork } from '../model/networks.ts';
import { parseId } from '../model/resource.ts';
import { Secret } from '../model/secret.ts';
import { findProxy, proxyOf } from '../proxy/choose.ts';
import { firstNotAlone } from '../proxy/header-login.ts';
import { isEntrance, type TakenOver } from '../proxy/proxy.ts';
import { containerNames, networkOwners } from '../proxy/upstream.ts';
import { clientsOf } from './clients.ts';
import { type Installation, valueIn } from './installation.ts';
import { ldapOf } from './ldap.ts';
import { mailPasswordOf } from './mail-password.ts';
import { pinsOf } from './pins.ts';
import { postgresOf } from './postgres.ts';
import { parentDataset } from './storage.ts';

/** Look at everything that decides what is wanted. Writes nothing. */
export async function survey(installation: Installation): Promise<Facts> {
  const { config, text, layout, world } = installation;
  const ledger = await installation.ledger.read();
  const ours = new Set(ledger.map(({ id }) => id));
  const [proxy, proxyFacts, doorFacts, backendFacts, engine, storage] = await Promise.all([
    findProxy(world, config, ours),
    networkFacts(world, proxyNetwork),
    networkFacts(world, doorNetwork),
    networkFacts(world, backendNetwork),
    world.docker.engine(),
    parentDataset(world, config, layout),
  ]);
  const notAlone = await firstNotAlone(config, world, proxy);
  if (notAlone) throw new Failure(notAlone);
  await assertKept(layout.env, { names: secretNames.stack, lockedBy: layout.database }, world.files);
  await assertOnePassword(installation);
  const [password, key] = await Promise.all(secretNames.stack.map((name) => valueIn(world, layout.env, name)));
  const [token, bootPassword] = await Promise.all(
    secretNames.bootstrap.map((name) => valueIn(world, layout.bootstrap, name)),
  );
  const phase = await phaseOf(installation, token !== undefined);
  const mailPassword = await mailPasswordOf(config, world);
  const madePassword = await bare(world, layout.adminPassword);
  const cloudflareToken = config.tls === 'cloudflare' ? await bare(world, layout.cloudflareToken) : undefined;
  const authorities = await authoritiesOf(installation, proxy);
  const postgres = await postgresOf(installation, layout.database);
  return {
    ours,
    pins: await pinsOf(installation, ledger, { proxy, postgres }),
    postgres,
    templates: await installation.templates(),
    configText: text,
    schemaText: jsonSchemaText(),
    ...(!(await world.files.stat(config.baseDir)) && { baseMissing: true }),
    ...(storage && { parentDataset: storage }),
    ...(password && key && { secrets: { postgresPassword: password, secretKey: key } }),
    ...(token && bootPassword && { bootstrap: { token, password: bootPassword } }),
    superuser: await superuserOf(installation),
    clients: await clientsOf(installation),
    ...(ldapApps(config).length > 0 && { ldap: await ldapOf(installation) }),
    phase,
    setupClosed: (await world.authentik.setup()) === 'closed',
    proxy,
    ...(proxyFacts && { proxyNetwork: proxyFacts }),
    ...(doorFacts && { doorNetwork: doorFacts }),
    networkOwners: await networkOwners(config, world),
    containerNames: await settingsNames(installation),
    ...(backendFacts && { backendNetwork: backendFacts }),
    ipv6: engine.ipv6,
    ...(engine.logDriver !== undefined && { logDriver: engine.logDriver }),
    ...(madePassword && { madePassword }),
    ...(mailPassword && { mailPassword }),
    ...(cloudflareToken && { cloudflareToken }),
    pictures: await picturesOnDisk(installation),
    ...(authorities !== undefined && { authorities }),
  };
}

/**
 * How Docker calls the containers that settings of apps are in, where that is not how their owner has written them. One
 * that is away goes on by the name that it had.
 */
export async function settingsNames({ config, world, ledger }: Pick<Installation, 'config' | 'world' | 'ledger'>) {
  const written = settingsContainers(config);
  if (written.length === 0) return {};
  const names = await containerNames(
    written.map(({ container }) => container),
    world,
  );
  const there = new Set((await world.docker.containers()).map(({ name }) => name));
  const away = written.filter(({ container }) => !names[container] && !there.has(container));
  const lines = away.length > 0 ? await ledger.read() : [];
  const former = away.flatMap(({ app, container }): [string, string][] => {
    const line = lines.find(({ id, ours }) => isSettings(parseId(id).kind) && appOf(ours ?? {}) === app);
    return line ? [[container, partsOf(placeOf(parseId(line.id).key))[0]]] : [];
  });
  return { ...Object.fromEntries(former), ...names };
}

/** @throws Failure picture-unusable where a file that homeauth.yaml names is not there, or no picture */
async function picturesOnDisk({ config, layout, world }: Installation): Promise<Readonly<Record<string, string>>> {
  const found = await Promise.all(
    picturesOf(config, layout).map(async (path) => [path, await pictureAt(path, world.files)] as const),
  );
  // What is an app's own is fetched by the run itself.
  const lost = found.find(([path, picture]) => !picture && !path.startsWith(`${layout.icons}/`));
  if (lost) throw unusable(lost[0]);
  return Object.fromEntries(found.flatMap(([path, picture]) => (picture ? [[path, picture.name]] : [])));
}

/** What an app has to trust so that it can ask authentik, where that is more than what it trusts anyway. */
async function authoritiesOf(
  { config, world }: Pick<Installation, 'config' | 'world'>,
  proxy: Facts['proxy'],
): Promise<string | undefined> {
  if (!config.apps.some((app) => needsTrust(config, app))) return undefined;
  const found = await proxyOf(proxy).entrance(world);
  return isEntrance(found) && found.authority !== undefined
    ? `${found.authority.trim()}\n${world.host.authorities()}`
    : undefined;
}

/** @throws Failure where the proxy's owner has no site for this host that an app of ours could be made of */
export async function ownersSite({ config, world, ledger }: Installation, host: string): Promise<TakenOver> {
  const ours = new Set((await ledger.read()).map(({ id }) => id));
  return proxyOf(await findProxy(world, config, ours)).ownersSite(host, world);
}

async function networkFacts({ docker }: Installation['world'], name: string): Promise<NetworkFacts | undefined> {
  const found = await docker.network(name);
  return found && { subnets: found.subnets ?? [], gateways: found.gateways ?? [] };
}

/**
 * `running` once homeauth's own token has opened the API: from then on nothing may ask for the bootstrap variables.
 * The bootstrap file is made before the database and goes last, so its presence tells the two apart without a server.
 */
async function phaseOf(
  { world, layout, ledger, config }: Installation,
  bootstrapping: boolean,
): Promise<Facts['phase']> {
  const hasToken = (await valueIn(world, layout.token, secretNames.token[0])) !== undefined;
  const hasDatabase = ((await world.files.list(layout.database)) ?? []).length > 0;
  if (!hasDatabase) return 'bootstrap';
  if (hasToken && (!bootstrapping || (await world.authentik.ownTokenWorks()))) return 'running';
  if (!bootstrapping && (await ledger.read()).length === 0) {
    throw new Failure({
      code: 'database-not-ours',
      problem: `There is a database in ${layout.database} that homeauth did not make.`,
      why: 'It belongs to an authentik that was set up by hand. homeauth cannot take one over yet, and does not touch it.',
      fix: 'Choose another place for a new installation: --base-dir PATH',
    });
  }
  if (!bootstrapping) {
    throw new Failure({
      code: 'token-lost',
      problem: `${layout.token} is missing: it holds homeauth's key to authentik.`,
      why: 'The database is there already, so authentik does not accept a new one by itself.',
      fix: [
        'Put it back from a backup or a snapshot of that directory. Without one:',
        `1. Log in at https://${config.authHost} as an admin; in the admin interface, under Directory > Tokens and App passwords, copy the key of "homeauth".`,
        `2. Make the file:  install -m 600 /dev/null ${layout.token}`,
        `3. Write one line into it, with the key:  ${secretNames.token[0]}=KEY`,
        'Then run the command again.',
      ],
    });
  }
  return 'bootstrap';
}

/** The file has the database's password twice; where the two differ, only its owner knows which one is right. */
async function assertOnePassword({ world, layout }: Installation): Promise<void> {
  const names = ['POSTGRES_PASSWORD', 'AUTHENTIK_POSTGRESQL__PASSWORD'];
  const values = await Promise.all(names.map((name) => valueIn(world, layout.env, name)));
  const [made, used] = values.map((value) => value?.reveal());
  if (made === undefined || used === undefined || made === used || used.startsWith('$')) return;
  throw new Failure({
    code: 'passwords-differ',
    problem: `${names.join(' and ')} in ${layout.env} are not the same.`,
    why: 'Both are the password of one database, and one of them was changed by hand. Nothing was touched, so the right one is still there.',
    fix: 'Give both the value that the database was made with, then run the command again.',
  });
}

/** What the database was made with stands in the files that its container was made with, and nowhere else yet. */
async function superuserOf({ world, layout }: Installation): Promise<Facts['superuser']> {
  const paths = [layout.env, layout.databaseEnv];
  const said = await Promise.all(paths.map((path) => valueIn(world, path, 'POSTGRES_USER')));
  const name = said.find((value) => value !== undefined)?.reveal() ?? 'postgres';
  return name === 'postgres' ? 'postgres' : 'authentik';
}

async function bare({ files }: Installation['world'], path: string): Promise<Secret | undefined> {
  const text = (await files.read(path))?.replace(/\r?\n$/, '');
  return text ? new Secret(text) : undefined;
}

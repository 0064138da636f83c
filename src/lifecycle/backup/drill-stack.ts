import type { Config } from '../../config/config.ts';
import { stackContainers } from '../../desired/containers.ts';
import { type Layout, layoutOf } from '../../desired/layout.ts';
import { interrupted } from '../../engine/errors.ts';
import { isDrillLeft } from '../../installation/backups.ts';
import { type Installation, valuesIn } from '../../installation/installation.ts';
import { knownEra } from '../../installation/wanted-release.ts';
import { explainContainer } from '../../kinds/container-story.ts';
import { tellDatabase } from '../../kinds/role.ts';
import type { ContainerDefinition } from '../../model/container.ts';
import type { Manifest } from '../../model/copy.ts';
import { exitCodes, Failure } from '../../model/failure.ts';
import { nameByDigest } from '../../model/image-name.ts';
import { composeLabel, revisionLabel } from '../../model/label.ts';
import { innerHost } from '../../model/networks.ts';
import { Secret } from '../../model/secret.ts';
import { good } from './dump.ts';

/** The Compose project, the network and the first part of the names of what a drill starts. */
const drillProject = 'homeauth-drill';
export const trialName = (service: string): string => `${drillProject}-${service}`;

const root = { uid: 0, gid: 0 };
/** What PostgreSQL's first start may take, in ms, and how often it is asked. */
const patience = 120_000;
const pause = 500;

/**
 * The stack that a copy was made of, once more: with its own files, its own password, names that nobody else dials, and
 * a network without a way out. Nothing of it can reach the installation, or send a mail.
 */
export interface Trial {
  readonly layout: Layout;
  /** What has to be started, by its service's name; the server is the last. */
  readonly definitions: Readonly<Record<string, ContainerDefinition>>;
  readonly password: Secret;
}

/** `postgres`: the version that runs here, which reads what older ones wrote. */
export function trialOf({ config, layout, world }: Installation, manifest: Manifest, postgres: number): Trial {
  const { authentik, images } = manifest;
  const own = layoutOf(layout.drill);
  const then: Config = { ...config, authentik: { ...config.authentik, version: authentik }, apps: [] };
  const all = stackContainers(then, knownEra(then), own, {
    proxy: { is: 'manual' },
    postgres: Math.max(postgres, Number.parseInt(manifest.postgres, 10)),
    pins: images,
  });
  // The worker would send what mails are due, and carry out what is planned.
  const { 'authentik-worker': _, ...wanted } = all;
  const definitions = Object.entries(wanted).map(([service, definition]): [string, ContainerDefinition] => [
    service,
    {
      ...definition,
      project: { name: drillProject, directory: own.baseDir, file: '' },
      networks: definition.networks
        .slice(0, 1)
        .map((one) => ({ ...one, name: drillProject, key: 'drill', internal: true })),
    },
  ]);
  return { layout: own, definitions: Object.fromEntries(definitions), password: world.random.alphanumeric(48) };
}

/** Fetches what is not here, and makes the network. From the first line on there is something for `sweep` to find. */
export async function prepare({ layout, definitions }: Trial, { world }: Installation): Promise<void> {
  const { files, docker } = world;
  await files.makeDirectory(layout.baseDir, 0o700, root);
  for (const { image, digest } of Object.values(definitions)) {
    const name = digest === undefined ? image : nameByDigest(image, digest);
    if (!(await docker.image(name))) await docker.pull(name);
  }
  await docker.createNetwork(drillProject, { project: drillProject, network: 'drill', internal: true });
}

/** PostgreSQL with an empty database of authentik's role, and Redis where that release needs it. */
export async function startDatabase(trial: Trial, installation: Installation): Promise<void> {
  const { docker } = installation.world;
  const { password } = trial;
  const variables = { POSTGRES_USER: 'postgres', POSTGRES_DB: 'authentik', POSTGRES_PASSWORD: password.reveal() };
  for (const service of Object.keys(trial.definitions))
    if (service !== 'authentik') await start(service, variables, trial, installation);
  const name = trialName('authentik-postgresql');
  await whenReady(name, installation, 'nothing');
  const role = [
    'set log_min_error_statement = panic;',
    `create role authentik with login password '${password.reveal()}';`,
  ];
  good(await tellDatabase(docker, role.join('\n'), name), 'psql', 'given a role for the drill');
}

/** authentik's server alone, as its copy's env file says, but for where its database is and what could reach others. */
export async function startServer(trial: Trial, installation: Installation): Promise<void> {
  const { layout, password } = trial;
  const then = Object.entries(await valuesIn(installation.world, layout.env)).filter(
    ([name]) => !/^(POSTGRES_|AUTHENTIK_(EMAIL|BOOTSTRAP)_)/.test(name),
  );
  await start(
    'authentik',
    {
      ...Object.fromEntries(then),
      AUTHENTIK_POSTGRESQL__HOST: innerHost('authentik-postgresql'),
      AUTHENTIK_POSTGRESQL__NAME: 'authentik',
      AUTHENTIK_POSTGRESQL__USER: 'authentik',
      AUTHENTIK_POSTGRESQL__PASSWORD: password.reveal(),
      AUTHENTIK_DISABLE_UPDATE_CHECK: 'true',
      AUTHENTIK_DISABLE_STARTUP_ANALYTICS: 'true',
      AUTHENTIK_ERROR_REPORTING__ENABLED: 'false',
    },
    trial,
    installation,
  );
}

async function start(
  service: string,
  variables: Readonly<Record<string, string>>,
  { definitions }: Trial,
  { world }: Installation,
): Promise<void> {
  const definition = definitions[service]!;
  for (const { source } of definition.mounts)
    if (!(await world.files.stat(source))) await world.files.makeDirectory(source, 0o755, root);
  const environment = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, new Secret(value)]));
  await world.docker.run({ name: trialName(service), definition, environment, revision: 'drill', passing: true });
}

/** Removes what a drill has made, by homeauth's own labels; the folder, which tells that there is something, is the last. */
export async function sweep(installation: Pick<Installation, 'world' | 'layout'>): Promise<void> {
  if (!(await isDrillLeft(installation))) return;
  const { docker, files } = installation.world;
  const isOurs = ({ labels }: { readonly labels: Readonly<Record<string, string>> }) =>
    labels[composeLabel.project] === drillProject && labels[revisionLabel] !== undefined;
  for (const { name } of (await docker.containers()).filter(isOurs)) await docker.remove(name);
  if ((await docker.network(drillProject))?.project === drillProject) await docker.removeNetwork(drillProject);
  await files.removeTree(installation.layout.drill);
}

/** Waits until PostgreSQL has made its database, and answers. @throws Failure database-silent */
export async function whenReady(
  name: string,
  installation: Installation,
  leaves?: Parameters<typeof interrupted>[1],
): Promise<void> {
  const { docker, clock } = installation.world;
  const began = clock.now();
  // By TCP: on its socket it answers while it still makes the database, and then starts anew.
  const asking = ['pg_isready', '--host=127.0.0.1', '--dbname=authentik', '--username=postgres'];
  const isReady = async () => (await docker.exec(name, asking).catch(() => undefined))?.code === 0;
  while (!(await isReady())) {
    if (installation.runtime.signal.aborted) throw interrupted('while a database was started', leaves);
    if (clock.now() - began > patience) throw await silent(name, installation);
    await clock.sleep(pause);
  }
}

async function silent(name: string, { world }: Installation): Promise<Failure> {
  const story = await explainContainer(name, world.docker);
  return new Failure({
    code: 'database-silent',
    problem: `The database ${name} did not start within ${patience / 1000} s.`,
    ...(story && { details: story.details }),
    fix: story?.fix ?? 'Run the command again when this machine has less to do.',
    exit: exitCodes.wrong,
  });
}

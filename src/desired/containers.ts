import { believesHeader } from '../config/app-login.ts';
import type { Config } from '../config/config.ts';
import type { ComposeProject, ContainerDefinition, Healthcheck } from '../model/container.ts';
import { backendNetwork, caddynet, headerNetwork, innerName } from '../model/networks.ts';
import { type Era, postgresVersions } from '../model/release.ts';
import { proxyOf } from '../proxy/choose.ts';
import type { Facts } from './facts.ts';
import { type Layout, stackProject } from './layout.ts';

const backend = { name: backendNetwork, key: 'backend' };

const check = (...test: readonly string[]): Healthcheck => ({
  test,
  startPeriod: 20,
  interval: 5,
  timeout: 5,
  retries: 12,
});

/** Which containers the stack has. */
export const stackNames = (config: Config, era: Era, layout: Layout): string[] =>
  Object.keys(stackContainers(config, era, layout, { proxy: { is: 'manual' }, postgres: postgresVersions.newest }));

/** PostgreSQL's image runs what lies there once, in a new database. */
export const roleScript = '/docker-entrypoint-initdb.d/authentik.sql';

/** The images of PostgreSQL and Redis begin as root: they take over their directory, and go on as its owner. */
const becomesOwner = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'];

/** The containers of the stack by name, in the order in which they start. The name is the host name, too. */
export function stackContainers(
  config: Config,
  era: Era,
  layout: Layout,
  facts: Pick<Facts, 'logDriver' | 'proxy' | 'pins' | 'postgres'> & Partial<Pick<Facts, 'superuser'>>,
): Record<string, ContainerDefinition> {
  const project: ComposeProject = { name: stackProject, directory: layout.root, file: layout.compose };
  const common = { project, ...logLimit(facts) };
  const dependsOn = era.needsRedis ? ['authentik-postgresql', 'authentik-redis'] : ['authentik-postgresql'];
  const authentik = {
    ...common,
    envFiles: [layout.env],
    image: `ghcr.io/goauthentik/server:${config.authentik.version}`,
    mounts: [
      { source: `${layout.root}/${era.storage.folder}`, target: era.storage.target },
      { source: layout.certs, target: '/certs', readOnly: true as const },
      { source: layout.templates, target: '/templates', readOnly: true as const },
    ],
    ...(era.shmSize !== undefined && { shmSize: era.shmSize }),
    dependsOn,
  };
  const { meeting } = proxyOf(facts.proxy);
  const containers: Record<string, ContainerDefinition> = {
    'authentik-postgresql': {
      ...common,
      service: 'authentik-postgresql',
      image: `postgres:${facts.postgres}-alpine`,
      envFiles: [layout.databaseEnv],
      capabilities: becomesOwner,
      ...databaseSize(era, config),
      mounts: [
        { source: layout.database, target: '/var/lib/postgresql/data' },
        ...(facts.superuser === 'postgres'
          ? [{ source: layout.role, target: roleScript, readOnly: true as const }]
          : []),
      ],
      // By TCP: on its socket it answers while it still makes the database, and then starts anew.
      healthcheck: check('CMD', 'pg_isready', '-h', '127.0.0.1', '-d', 'authentik', '-U', 'authentik'),
      networks: [backend],
    },
    ...(era.needsRedis && {
      'authentik-redis': {
        ...common,
        service: 'authentik-redis',
        capabilities: becomesOwner,
        image: 'redis:alpine',
        command: ['--save', '60', '1', '--loglevel', 'warning'],
        mounts: [{ source: layout.redis, target: '/data' }],
        healthcheck: check('CMD', 'redis-cli', 'ping'),
        networks: [backend],
      },
    }),
    authentik: {
      ...authentik,
      service: 'authentik',
      command: ['server'],
      expose: [9000, 9443],
      networks: [backend, ...(meeting.at === 'network' ? [meeting.network] : [])],
      ...(meeting.at === 'port' && {
        publish: [{ ...meeting.listen, inside: 9000, protocol: 'tcp' as const }],
      }),
    },
    'authentik-worker': { ...authentik, service: 'authentik-worker', command: ['worker'], networks: [backend] },
    ...Object.fromEntries(
      config.apps.flatMap((app) => {
        const { name, container } = app;
        if (!container) return [];
        const network = believesHeader(app) ? { ...headerNetwork(name), alone: true as const } : caddynet;
        return [[name, { ...common, service: name, image: container.image, mounts: [], networks: [network] }]];
      }),
    ),
  };
  return Object.fromEntries(
    Object.entries(containers).map(([name, definition]) => [
      name,
      { ...called(name, definition), ...pinOf(definition.image, facts) },
    ]),
  );
}

/** The one image that a name stands for, where that is known. */
export const pinOf = (image: string, { pins }: Pick<Facts, 'pins'>): { digest?: string } => {
  const digest = pins?.[image];
  return digest === undefined ? {} : { digest };
};

/** With the name that the others dial, on every network. */
const called = (name: string, definition: ContainerDefinition): ContainerDefinition => ({
  ...definition,
  networks: definition.networks.map((network) => ({ ...network, aliases: [innerName(name)] })),
});

/** The limit moves in steps of so many: a new one restarts the database, and not every new app may. */
const step = 200;
/** Shared memory for each step, in bytes: what Docker gives by itself is for 100 connections. */
const shm = 128 * 1024 * 1024;

/** What PostgreSQL is started with, so that authentik never stands before a database without free connections. */
export function databaseSize({ connections }: Era, { apps }: Config): { command: string[]; shmSize: number } {
  const steps = Math.ceil((connections.base + connections.perApp * apps.length) / step);
  return { command: ['postgres', '-c', `max_connections=${steps * step}`], shmSize: steps * shm };
}

/**
 * A limit for what a container writes, where Docker would keep all of it for ever: its `json-file` does, unless told.
 * Another driver was somebody's choice (`local` has a limit of its own), and does not know these options.
 */
export const logLimit = ({ logDriver }: Pick<Facts, 'logDriver'>): Pick<ContainerDefinition, 'logging'> =>
  logDriver === 'json-file' ? { logging: { driver: logDriver, options: { 'max-size': '10m', 'max-file': '3' } } } : {};

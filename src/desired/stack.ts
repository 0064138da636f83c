import { believesHeader } from '../config/app-login.ts';
import type { Config } from '../config/config.ts';
import { encodeValue } from '../formats/env.ts';
import { revisionOf } from '../formats/revision.ts';
import type { ContainerDefinition, NetworkSpec } from '../model/container.ts';
import { backendNetwork, doorNetwork, headerNetwork, proxyNetwork } from '../model/networks.ts';
import type { Era } from '../model/release.ts';
import type { Resource } from '../model/resource.ts';
import { Secret } from '../model/secret.ts';
import { proxyOf } from '../proxy/choose.ts';
import { composeText } from './compose-file.ts';
import { roleScript, stackContainers } from './containers.ts';
import { databaseVariables, environmentOf } from './env-file.ts';
import type { Facts } from './facts.ts';
import type { Layout } from './layout.ts';
import { emergencyAddress } from './sso.ts';

type Values = Readonly<Record<string, Secret>>;

/** The stack for one configuration: its containers, and the values that each of their env files carries, by path. */
export interface Stack {
  readonly definitions: Readonly<Record<string, ContainerDefinition>>;
  readonly values: Readonly<Record<string, Values>>;
}

export function stackOf(config: Config, era: Era, layout: Layout, facts: Facts): Stack {
  const all = environmentOf(config, era, facts);
  return {
    definitions: stackContainers(config, era, layout, facts),
    values: { [layout.env]: secretly(all), [layout.databaseEnv]: secretly(databaseVariables(all)) },
  };
}

const secretly = (values: Readonly<Record<string, string>>): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, new Secret(value)]));

const valuesFor = ({ values }: Stack, { envFiles = [] }: ContainerDefinition): Values =>
  Object.assign({}, ...envFiles.map((path) => values[path]));

export function networks({ apps }: Config, facts: Facts): Resource[] {
  const network = (key: string, spec: NetworkSpec): Resource => ({ kind: 'network', key, spec });
  const backend = network(backendNetwork, { project: 'authentik', network: 'backend' });
  // Made for a Caddy of the owner's, too: its compose file can name it then.
  const isOutside = proxyOf(facts.proxy).meeting.at === 'port';
  const shared =
    facts.proxy.is === 'manual' || isOutside
      ? []
      : [network(doorNetwork, { project: 'authentik', network: 'proxy', internal: true })];
  const exists = facts.proxyNetwork !== undefined && !facts.ours.has(`network:${proxyNetwork}`);
  // Labelled so that a Compose project named caddy takes it for its own.
  // Apps that homeauth starts are there, whatever their owner's proxy is.
  const isNeeded = !isOutside || facts.proxy.is === 'manual';
  const caddynet = exists || !isNeeded ? [] : [network(proxyNetwork, { project: 'caddy', network: 'caddynet' })];
  const alone = apps
    .filter(believesHeader)
    .map(({ name }) => network(headerNetwork(name).name, { project: 'homeauth', network: name }));
  return [backend, ...shared, ...caddynet, ...alone];
}

export function stackFiles(layout: Layout, facts: Facts, stack: Stack): Resource[] {
  const envFile = (path: string): { content: Secret; mode: number } => {
    const values = Object.entries(stack.values[path] ?? {}).map(([name, value]) => [name, value.reveal()]);
    const template = facts.templates[path.slice(path.lastIndexOf('/') + 1)]!;
    const text = template({ values: Object.fromEntries(values) }, (v) => encodeValue(String(v)));
    return { content: new Secret(text), mode: 0o600 };
  };
  const services = Object.entries(stack.definitions).map(([name, definition]) => ({
    name,
    definition,
    revision: revisionOf(definition, valuesFor(stack, definition)),
  }));
  const compose = composeText(facts.templates['docker-compose.yml']!, services, ['backend', 'proxy']);
  return [
    { kind: 'file', key: layout.env, spec: envFile(layout.env), extends: `secrets:${layout.env}` },
    { kind: 'file', key: layout.databaseEnv, spec: envFile(layout.databaseEnv) },
    ...(facts.superuser === 'postgres' ? [roleFile(layout, facts)] : []),
    { kind: 'file', key: layout.compose, spec: { content: compose, mode: 0o644 } },
  ];
}

/** Nothing secret: it takes the password from the container's environment. */
const roleFile = (layout: Layout, { templates }: Facts): Resource => ({
  kind: 'file',
  key: layout.role,
  spec: { content: templates['postgresql-role.sql']!({}, String), mode: 0o644 },
});

export const images = ({ definitions }: Stack): Resource[] =>
  [...new Map(Object.values(definitions).map((one) => [one.image, one.digest]))].map(([reference, digest]) => ({
    kind: 'image',
    key: reference,
    spec: { reference, ...(digest !== undefined && { digest }) },
  }));

/** One container of the stack as a resource. `extra` is handed over by the API call alone and stands in no file. */
export function containerOf(stack: Stack, name: string, extra: Readonly<Record<string, Secret>> = {}): Resource[] {
  const definition = stack.definitions[name];
  if (!definition) return [];
  const secretEnvironment = { ...valuesFor(stack, definition), ...extra };
  const revision = revisionOf(definition, secretEnvironment);
  const spec = { definition, secretEnvironment, revision };
  switch (name) {
    case 'authentik':
      return [{ kind: 'container', key: name, spec: { ...spec, answers: 'authentik' } }];
    // Whatever needs what it makes waits for that itself.
    case 'authentik-worker':
      return [{ kind: 'container', key: name, spec, meanwhile: true }];
    default:
      return [{ kind: 'container', key: name, spec }];
  }
}

/** authentik's own role in a new database; one that has served already has it. */
export const role = ({ phase, superuser }: Facts): Resource[] =>
  phase === 'bootstrap' && superuser === 'postgres'
    ? [{ kind: 'role', key: 'authentik', spec: { script: roleScript } }]
    : [];

/** The same container while it must not meet the proxy yet. */
export function withoutProxy(resources: readonly Resource[], facts: Facts): Resource[] {
  const { meeting } = proxyOf(facts.proxy);
  // At a port of this server's, only accounts of it find authentik, as they do anyway: Caddy is not told yet.
  if (meeting.at === 'port') return [...resources];
  return resources.map((r) => {
    if (r.kind !== 'container') return r;
    const networks = r.spec.definition.networks.filter(({ name }) => name !== meeting.network.name);
    return { ...r, spec: { ...r.spec, definition: { ...r.spec.definition, networks } } };
  });
}

/** The variables of the first start, for the one container whose release reads them. */
export function bootstrapVariables(config: Config, facts: Facts): Record<string, Secret> {
  if (facts.phase !== 'bootstrap' || !facts.bootstrap) return {};
  return {
    AUTHENTIK_BOOTSTRAP_TOKEN: facts.bootstrap.token,
    AUTHENTIK_BOOTSTRAP_PASSWORD: facts.bootstrap.password,
    AUTHENTIK_BOOTSTRAP_EMAIL: new Secret(emergencyAddress(config)),
  };
}

import type { Config } from '../config/schema.ts';
import { encodeValue } from '../formats/env.ts';
import { revisionOf } from '../formats/revision.ts';
import type { ContainerDefinition } from '../model/container.ts';
import type { Era } from '../model/release.ts';
import type { Resource } from '../model/resource.ts';
import { Secret } from '../model/secret.ts';
import { composeText } from './compose-file.ts';
import { stackContainers } from './containers.ts';
import { environmentOf } from './env-file.ts';
import type { Facts } from './facts.ts';
import { backendNetwork, type Layout, proxyNetwork } from './layout.ts';
import { emergencyAddress } from './sso.ts';

/** The stack for one configuration: its containers, and the values that their env file carries. */
export interface Stack {
  readonly definitions: Readonly<Record<string, ContainerDefinition>>;
  readonly values: Readonly<Record<string, Secret>>;
}

export function stackOf(config: Config, era: Era, layout: Layout, facts: Facts): Stack {
  const values = Object.entries(environmentOf(config, era, facts)).map(([k, v]) => [k, new Secret(v)] as const);
  return { definitions: stackContainers(config, era, layout), values: Object.fromEntries(values) };
}

export function networks(facts: Facts): Resource[] {
  const backend: Resource = {
    kind: 'network',
    key: backendNetwork,
    spec: { project: 'authentik', network: 'backend' },
  };
  const exists = facts.proxyNetwork !== undefined && !facts.ours.has(`network:${proxyNetwork}`);
  if (exists) return [backend];
  // Labelled so that a Compose project named caddy takes it for its own.
  return [backend, { kind: 'network', key: proxyNetwork, spec: { project: 'caddy', network: 'caddynet' } }];
}

export function stackFiles(layout: Layout, facts: Facts, { definitions, values }: Stack): Resource[] {
  const plain = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.reveal()]));
  const env = facts.templates['container-vars.env']!({ values: plain }, (v) => encodeValue(String(v)));
  const services = Object.entries(definitions).map(([name, definition]) => ({
    name,
    definition,
    revision: revisionOf(definition, definition.envFiles ? values : {}),
  }));
  const compose = composeText(facts.templates['docker-compose.yml']!, services, ['backend']);
  return [
    {
      kind: 'file',
      key: layout.env,
      spec: { content: new Secret(env), mode: 0o600 },
      extends: `secrets:${layout.env}`,
    },
    { kind: 'file', key: layout.compose, spec: { content: compose, mode: 0o644 } },
  ];
}

export const images = ({ definitions }: Stack): Resource[] =>
  [...new Set(Object.values(definitions).map(({ image }) => image))].map((reference) => ({
    kind: 'image',
    key: reference,
    spec: { reference },
  }));

/** One container of the stack as a resource. `extra` is handed over by the API call alone and stands in no file. */
export function containerOf(stack: Stack, name: string, extra: Readonly<Record<string, Secret>> = {}): Resource[] {
  const definition = stack.definitions[name];
  if (!definition) return [];
  const secretEnvironment = { ...(definition.envFiles && stack.values), ...extra };
  const revision = revisionOf(definition, secretEnvironment);
  return [{ kind: 'container', key: name, spec: { definition, secretEnvironment, revision } }];
}

/** The same container while it must not meet the proxy yet. */
export function withoutProxy(resources: readonly Resource[]): Resource[] {
  return resources.map((r) => {
    if (r.kind !== 'container') return r;
    const networks = r.spec.definition.networks.filter(({ name }) => name !== proxyNetwork);
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

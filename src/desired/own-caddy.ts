import { believesHeader } from '../config/app-login.ts';
import type { Config } from '../config/config.ts';
import { quoteCaddy } from '../formats/caddyfile.ts';
import { encodeEnv } from '../formats/env.ts';
import { revisionOf } from '../formats/revision.ts';
import { caddyImages, cloudflareVariable } from '../model/caddy.ts';
import type { ContainerDefinition } from '../model/container.ts';
import { Failure } from '../model/failure.ts';
import { caddynet, door, headerNetwork } from '../model/networks.ts';
import type { Resource } from '../model/resource.ts';
import { Secret } from '../model/secret.ts';
import { composeText } from './compose-file.ts';
import { logLimit, pinOf } from './containers.ts';
import type { Facts } from './facts.ts';
import { layoutOf } from './layout.ts';

/** A Caddy of our own, where there is none: its container and the values in its env file. */
interface OwnCaddy {
  readonly definition: ContainerDefinition;
  readonly values: Readonly<Record<string, Secret>>;
  readonly revision: string;
}

const isOwn = ({ proxy }: Facts): boolean => proxy.is === 'caddy' && proxy.own;

const folder = (key: string): Resource => ({
  kind: 'directory',
  key,
  spec: { mode: 0o755, owner: { uid: 0, gid: 0 } },
});

/** Certificates with their keys, and what Caddy loaded last: its data, which goes as a whole or not at all. */
const dataFolder = (key: string): Resource => ({
  kind: 'directory',
  key,
  spec: { mode: 0o755, owner: { uid: 0, gid: 0 } },
  precious: true,
});

/** The folder of a Caddy of our own. */
export function ownCaddyHome(config: Config, facts: Facts): Resource[] {
  return isOwn(facts) ? [folder(layoutOf(config.baseDir).caddy)] : [];
}

/** What lies in it: the Caddyfile, the certificates with their keys, and what Caddy loaded last. */
export function ownCaddyFolders(config: Config, facts: Facts): Resource[] {
  return ownCaddyHome(config, facts).flatMap(({ key }) => [
    folder(`${key}/etc`),
    dataFolder(`${key}/data`),
    dataFolder(`${key}/config`),
  ]);
}

/** The seed of its Caddyfile, which is the user's from then on; docker-compose.yml; the token for Cloudflare. */
export function ownCaddyFiles(config: Config, facts: Facts): Resource[] {
  if (!isOwn(facts)) return [];
  const { caddy } = layoutOf(config.baseDir);
  const { definition, values, revision } = ownCaddy(config, facts);
  const compose = composeText(
    facts.templates['docker-compose.yml']!,
    [{ name: 'caddy', definition, revision }],
    ['caddynet'],
  );
  const env = encodeEnv(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.reveal()])));
  return [
    {
      kind: 'file',
      key: `${caddy}/etc/Caddyfile`,
      spec: { content: facts.templates['Caddyfile']!({}, quoteCaddy), mode: 0o644, once: true },
      precious: true,
    },
    { kind: 'file', key: `${caddy}/docker-compose.yml`, spec: { content: compose, mode: 0o644 } },
    ...(definition.envFiles ?? []).map(
      (key): Resource => ({ kind: 'file', key, spec: { content: new Secret(env), mode: 0o600 }, precious: true }),
    ),
  ];
}

export function ownCaddyImages(config: Config, facts: Facts): Resource[] {
  if (!isOwn(facts)) return [];
  const reference = ownCaddyImage(config);
  return [{ kind: 'image', key: reference, spec: { reference, ...pinOf(reference, facts) } }];
}

export function ownCaddyContainer(config: Config, facts: Facts): Resource[] {
  if (!isOwn(facts)) return [];
  const { definition, values, revision } = ownCaddy(config, facts);
  return [{ kind: 'container', key: 'caddy', spec: { definition, secretEnvironment: values, revision } }];
}

/** What a Caddy of our own is made from. */
export const ownCaddyImage = ({ tls }: Config): string =>
  tls === 'cloudflare' ? caddyImages.cloudflare : caddyImages.plain;

function ownCaddy(config: Config, facts: Facts): OwnCaddy {
  const layout = layoutOf(config.baseDir);
  const { caddy } = layout;
  const usesToken = config.tls === 'cloudflare';
  if (usesToken && !facts.cloudflareToken) throw tokenMissing(layout.cloudflareToken);
  const definition: ContainerDefinition = {
    project: { name: 'caddy', directory: caddy, file: `${caddy}/docker-compose.yml` },
    service: 'caddy',
    image: ownCaddyImage(config),
    ...pinOf(ownCaddyImage(config), facts),
    ...(usesToken && { envFiles: [`${caddy}/caddy.env`] }),
    mounts: [
      { source: `${caddy}/etc`, target: '/etc/caddy' },
      { source: `${caddy}/data`, target: '/data' },
      { source: `${caddy}/config`, target: '/config' },
    ],
    publish: [
      { port: 80, protocol: 'tcp' },
      { port: 443, protocol: 'tcp' },
      { port: 443, protocol: 'udp' },
    ],
    // Its program asks for this one by itself, and does not start without it.
    capabilities: ['NET_BIND_SERVICE'],
    ...logLimit(facts),
    // Apps ask authentik by the name that people log in at, and get to Caddy without leaving this server.
    networks: [
      { ...caddynet, aliases: [config.authHost] },
      door,
      ...config.apps.filter(believesHeader).map(({ name }) => headerNetwork(name)),
    ],
  };
  const values = usesToken && facts.cloudflareToken ? { [cloudflareVariable]: facts.cloudflareToken } : {};
  return { definition, values, revision: revisionOf(definition, values) };
}

const tokenMissing = (path: string): Failure =>
  new Failure({
    code: 'cloudflare-token-missing',
    problem: `tls is cloudflare, and ${path} holds no token.`,
    why: 'Caddy proves to Cloudflare with it that the domain is yours. It needs Zone:Read and DNS:Edit for this zone.',
    fix: `Make one at dash.cloudflare.com (My Profile, API Tokens) and save it: install -m 600 /dev/stdin ${path}`,
  });

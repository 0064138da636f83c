import type { App, Config } from '../config/config.ts';
import { type Speaker, speakers } from '../config/oidc.ts';
import { nameOf } from '../formats/settings-file.ts';
import {
  type AppCommand,
  type AppCommandsSpec,
  type AppSettingSpec,
  onlySsoPart,
  type Plain,
  type Setting,
} from '../model/app-setting.ts';
import { type Id, idOf, type Resource } from '../model/resource.ts';
import { reveal, Secret } from '../model/secret.ts';
import type { Client } from '../model/sso.ts';
import type { Facts } from './facts.ts';
import type { Layout } from './layout.ts';
import { variablesFile } from './oidc.ts';

/** One for each place: what leaves the place before takes its own away. */
const sentFile = ({ home }: Layout, { name }: Pick<App, 'name'>, place: string): string =>
  `${home}/apps/${name}@${place.replace(/[^\w.-]/g, '_')}.sent`;

/** What homeauth sets in the app itself, where its owner lets it; with the part, what switches its passwords off. */
export function settingsId({ oidc, upstream }: Speaker, part: '' | typeof onlySsoPart = ''): Id | undefined {
  const { file, commands, api } = part === '' ? oidc : (oidc.onlySso ?? {});
  if (file?.format && file.settings) return `app-setting:${file.in}${part}`;
  if (commands?.settings) return `app-commands:${commands.in}${part}`;
  return api && 'settings' in api && upstream !== undefined ? `app-api:${upstream}${api.read}${part}` : undefined;
}

/** Values in the apps themselves, where their owner lets homeauth set them. What switches passwords off comes last. */
export function settings(config: Config, layout: Layout, { clients: known = {}, proxyNetwork }: Facts): Resource[] {
  return speakers(config).flatMap((app): Resource[] => {
    // Before it is made, a plan tells that these are to be set; a stage before this one makes it.
    const client = known[app.name] ?? { id: '', secret: new Secret('') };
    const values = { ...client, subnet: proxyNetwork?.subnets[0] ?? '' };
    const first = settingsIn(app, app.oidc, layout, values);
    const last = settingsIn(app, app.oidc.onlySso ?? {}, layout, values, onlySsoPart);
    return [...first, ...last.map((one): Resource => ({ ...one, after: first.map(idOf) }))];
  });
}

/** `part`: what tells these from others in the same place. */
function settingsIn(
  app: Speaker,
  { file, commands, api }: Pick<Speaker['oidc'], 'file' | 'commands' | 'api'>,
  layout: Layout,
  values: Handed,
  part = '',
): Resource[] {
  const handed = (all: readonly Setting[]): Setting[] =>
    all.map(({ path, value = null }) => ({ path, value: handedOver(value as Plain, values) }));
  if (file?.format && file.settings) {
    const spec = { ...file, settings: handed(file.settings) } as AppSettingSpec;
    return [{ kind: 'app-setting', key: file.in + part, spec }];
  }
  if (commands?.settings) {
    const key = commands.in + part;
    const spec = { ...commandsFor(commands as AppCommandsSpec, values), sent: sentFile(layout, app, key) };
    return [{ kind: 'app-commands', key, spec }];
  }
  if (!api || !('settings' in api) || app.upstream === undefined) return [];
  const spec = {
    ...api,
    upstream: app.upstream,
    ...(app.site?.tls && { tls: app.site.tls }),
    settings: handed(api.settings),
    sent: sentFile(layout, app, app.upstream + part),
  };
  return [{ kind: 'app-api', key: app.upstream + api.read + part, spec }];
}

function commandsFor(spec: AppCommandsSpec, client: Handed): AppCommandsSpec {
  // A secret in a command line could be read by everybody on this server.
  const open = <T extends Plain>(data: T): T => walked(data, client, (text) => text) as T;
  return {
    ...spec,
    variables: Object.fromEntries(
      Object.entries(spec.variables).map(([name, value]) => [
        name,
        handedOver(reveal(value), client) as string | Secret,
      ]),
    ),
    settings: spec.settings.map(
      ({ is, ...setting }) =>
        ({
          ...open(setting as unknown as { [key: string]: Plain }),
          is: handedOver(is as Plain, client),
        }) as AppCommand,
    ),
  };
}

type Handed = Client & { readonly subnet: string };

/** A text with the client secret in it is a secret. */
const handedOver = (value: Plain, client: Handed): Plain | Secret =>
  walked(value, client, (text) =>
    text.includes('{clientSecret}')
      ? new Secret(text.replaceAll('{clientSecret}', () => client.secret.reveal()))
      : text,
  );

function walked(value: Plain, client: Handed, secret: (text: string) => string | Secret): Plain | Secret {
  const within = (one: Plain) => walked(one, client, secret) as Plain;
  if (typeof value === 'string')
    return secret(value.replaceAll('{clientId}', () => client.id).replaceAll('{proxyCidr}', client.subnet));
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(within);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, within(one)]));
}

/** How its owner switches its passwords on again without homeauth. */
export function wayBack({ oidc: { onlySso }, name, title }: Speaker, layout: Layout): string {
  const { wayBack: own, env, file, commands } = onlySso ?? {};
  if (own !== undefined) return own;
  if (env) {
    const names = Object.keys(env).join(' and ');
    return `delete ${names} in ${variablesFile(layout, { name })}, then in the folder of its compose file: docker compose up -d`;
  }
  if (file) {
    const [container] = file.in.split(':');
    return `take ${(file.settings ?? []).map(nameOf).join(' and ')} out of ${file.in}, then: docker restart ${container}`;
  }
  const undo = (commands?.settings ?? []).flatMap(({ unset }) => (unset ? [unset.join(' ')] : []));
  if (!commands || undo.length === 0) return `in the settings of ${title}`;
  const user = commands.user === undefined ? '' : `-u ${commands.user} `;
  return undo.map((line) => `docker exec ${user}${commands.in} ${line}`).join('; ');
}

import { writtenApps, writtenIn } from '../config/app-settings.ts';
import type { App, Config, Written } from '../config/config.ts';
import type { Speaker } from '../config/oidc.ts';
import { nameOf } from '../formats/settings-file.ts';
import {
  type AppCommand,
  type AppCommandsSpec,
  type AppSettingSpec,
  onlySsoPart,
  type Plain,
  partsOf,
  type Setting,
} from '../model/app-setting.ts';
import { type Id, idOf, type Resource } from '../model/resource.ts';
import { reveal, Secret } from '../model/secret.ts';
import type { Facts } from './facts.ts';
import type { Layout } from './layout.ts';
import { handedOver, type Known, needsTrust, unmade, type Values, valuesFor, variablesFile } from './variables.ts';

/** One for each place: what leaves the place before takes its own away. */
const markFile = ({ home }: Layout, { name, ldap }: App, place: string, what = 'sent'): string =>
  `${home}/${ldap ? 'ldap' : 'apps'}/${name}@${place.replace(/[^\w.-]/g, '_')}.${what}`;

type Names = NonNullable<Facts['containerNames']>;

/** Containers that settings of apps are in, as their owner has written them. */
export const settingsContainers = (
  config: Pick<Config, 'apps'>,
): readonly { readonly app: string; readonly container: string }[] =>
  writtenApps(config).flatMap((app) => {
    const { file, commands, api } = writtenIn(app) ?? {};
    const places = [file?.in, commands?.in, api && app.upstream].filter((place) => place !== undefined);
    return places.map((place) => ({ app: app.name, container: partsOf(place)[0] }));
  });

/** The same place is one place, however its container is written. */
function called(place: string, names: Names): string {
  const [container, rest] = partsOf(place);
  return (names[container] ?? container) + rest;
}

/** What homeauth sets in the app itself, where its owner lets it; with the part, what switches its passwords off. */
export function settingsId(app: App, names: Names, part: '' | typeof onlySsoPart = ''): Id | undefined {
  const { file, commands, api } = (part === '' ? writtenIn(app) : app.oidc?.onlySso) ?? {};
  if (file?.format && file.settings) return `app-setting:${called(file.in, names)}${part}`;
  if (commands?.settings) return `app-commands:${called(commands.in, names)}${part}`;
  return api && 'settings' in api && app.upstream !== undefined
    ? `app-api:${called(app.upstream, names)}${api.read}${part}`
    : undefined;
}

/** Values in the apps themselves, where their owner lets homeauth set them. What switches passwords off comes last. */
export function settings(
  config: Config,
  layout: Layout,
  facts: Known & Pick<Facts, 'authorities' | 'containerNames'>,
): Resource[] {
  const { containerNames: names = {} } = facts;
  // Caddy's own is the first of them.
  const [authority] = facts.authorities?.match(/-+BEGIN.*?END CERTIFICATE-+/s) ?? [];
  return writtenApps(config).flatMap((app): Resource[] => {
    // A stage before this one makes them.
    const values = valuesFor(app, facts) ?? unmade;
    const trusts = needsTrust(config, app) && authority !== undefined ? { trusts: authority } : {};
    const first = settingsIn(app, { ...writtenIn(app), ...trusts }, layout, values, names);
    const last = settingsIn(app, { ...app.oidc?.onlySso, ...trusts }, layout, values, names, onlySsoPart);
    return [...first, ...last.map((one): Resource => ({ ...one, after: first.map(idOf) }))];
  });
}

/** `part`: what tells these from others in the same place. */
function settingsIn(
  app: App,
  { file, commands, api, trusts }: Pick<Written, 'file' | 'commands' | 'api'> & Pick<AppSettingSpec, 'trusts'>,
  layout: Layout,
  values: Values,
  names: Names,
  part = '',
): Resource[] {
  const handed = (all: readonly Setting[]): Setting[] =>
    all.map(({ path, value = null }) => ({ path, value: handedOver(value as Plain, values) }));
  if (file?.format && file.settings) {
    const place = called(file.in, names);
    const key = place + part;
    const unread = markFile(layout, app, key, 'unread');
    const spec = {
      ...file,
      in: place,
      settings: handed(file.settings),
      unread,
      ...(trusts !== undefined && { trusts }),
    };
    return [{ kind: 'app-setting', key, spec: spec as AppSettingSpec }];
  }
  if (commands?.settings) {
    const place = called(commands.in, names);
    const key = place + part;
    const sent = markFile(layout, app, key);
    const spec = { ...commandsFor(commands as AppCommandsSpec, values), in: place, sent };
    return [{ kind: 'app-commands', key, spec }];
  }
  if (!api || !('settings' in api) || app.upstream === undefined) return [];
  const upstream = called(app.upstream, names);
  const spec = {
    ...api,
    upstream,
    ...(app.site?.tls && { tls: app.site.tls }),
    settings: handed(api.settings),
    sent: markFile(layout, app, upstream + part),
  };
  return [{ kind: 'app-api', key: upstream + api.read + part, spec }];
}

function commandsFor(spec: AppCommandsSpec, values: Values): AppCommandsSpec {
  // A secret in a command line could be read by everybody on this server.
  const open = Object.fromEntries(Object.entries(values).filter(([, value]) => !(value instanceof Secret)));
  return {
    ...spec,
    variables: Object.fromEntries(
      Object.entries(spec.variables).map(([name, value]) => [
        name,
        handedOver(reveal(value), values) as string | Secret,
      ]),
    ),
    settings: spec.settings.map(
      ({ is, ...setting }) =>
        ({
          ...(handedOver(setting as unknown as Plain, open) as object),
          is: handedOver(is as Plain, values),
        }) as AppCommand,
    ),
  };
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

import type { App, Config, Written } from '../config/config.ts';
import type { Speaker } from '../config/oidc.ts';
import { writtenApps, writtenIn } from '../config/written.ts';
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
import type { Facts } from './facts.ts';
import type { Layout } from './layout.ts';
import { handedOver, type Known, needsTrust, unmade, type Values, valuesFor, variablesFile } from './variables.ts';

/** One for each place: what leaves the place before takes its own away. */
const markFile = ({ home }: Layout, { name, ldap }: App, place: string, what = 'sent'): string =>
  `${home}/${ldap ? 'ldap' : 'apps'}/${name}@${place.replace(/[^\w.-]/g, '_')}.${what}`;

/** What homeauth sets in the app itself, where its owner lets it; with the part, what switches its passwords off. */
export function settingsId(app: App, part: '' | typeof onlySsoPart = ''): Id | undefined {
  const { file, commands, api } = (part === '' ? writtenIn(app) : app.oidc?.onlySso) ?? {};
  if (file?.format && file.settings) return `app-setting:${file.in}${part}`;
  if (commands?.settings) return `app-commands:${commands.in}${part}`;
  return api && 'settings' in api && app.upstream !== undefined
    ? `app-api:${app.upstream}${api.read}${part}`
    : undefined;
}

/** Values in the apps themselves, where their owner lets homeauth set them. What switches passwords off comes last. */
export function settings(config: Config, layout: Layout, facts: Known & Pick<Facts, 'authorities'>): Resource[] {
  // Caddy's own is the first of them.
  const [authority] = facts.authorities?.match(/-+BEGIN.*?END CERTIFICATE-+/s) ?? [];
  return writtenApps(config).flatMap((app): Resource[] => {
    // A stage before this one makes them.
    const values = valuesFor(app, facts) ?? unmade;
    const trusts = needsTrust(config, app) && authority !== undefined ? { trusts: authority } : {};
    const first = settingsIn(app, { ...writtenIn(app), ...trusts }, layout, values);
    const last = settingsIn(app, { ...app.oidc?.onlySso, ...trusts }, layout, values, onlySsoPart);
    return [...first, ...last.map((one): Resource => ({ ...one, after: first.map(idOf) }))];
  });
}

/** `part`: what tells these from others in the same place. */
function settingsIn(
  app: App,
  { file, commands, api, trusts }: Pick<Written, 'file' | 'commands' | 'api'> & Pick<AppSettingSpec, 'trusts'>,
  layout: Layout,
  values: Values,
  part = '',
): Resource[] {
  const handed = (all: readonly Setting[]): Setting[] =>
    all.map(({ path, value = null }) => ({ path, value: handedOver(value as Plain, values) }));
  if (file?.format && file.settings) {
    const key = file.in + part;
    const unread = markFile(layout, app, key, 'unread');
    const spec = { ...file, settings: handed(file.settings), unread, ...(trusts !== undefined && { trusts }) };
    return [{ kind: 'app-setting', key, spec: spec as AppSettingSpec }];
  }
  if (commands?.settings) {
    const key = commands.in + part;
    const spec = { ...commandsFor(commands as AppCommandsSpec, values), sent: markFile(layout, app, key) };
    return [{ kind: 'app-commands', key, spec }];
  }
  if (!api || !('settings' in api) || app.upstream === undefined) return [];
  const spec = {
    ...api,
    upstream: app.upstream,
    ...(app.site?.tls && { tls: app.site.tls }),
    settings: handed(api.settings),
    sent: markFile(layout, app, app.upstream + part),
  };
  return [{ kind: 'app-api', key: app.upstream + api.read + part, spec }];
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

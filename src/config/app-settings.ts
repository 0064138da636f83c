import { onlySsoWays } from '../catalogue/oidc.ts';
import { fill, type Placeholder } from '../catalogue/placeholders.ts';
import type { KnownApp } from '../catalogue/schema.ts';
import { settingsOf } from '../formats/settings-file.ts';
import { wordsOf } from '../formats/words.ts';
import { type AppCommand, type Plain, settingsFormats } from '../model/app-setting.ts';
import type { App, Config, OnlySso, Written } from './config.ts';
import type { AppDraft } from './homeauth-yaml.ts';

type Values = Partial<Record<Placeholder, string>>;
type Draft = NonNullable<Exclude<AppDraft, string>['oidc' | 'ldap']> &
  Pick<NonNullable<Exclude<AppDraft, string>['oidc']>, 'api-key-file'>;
/** What the catalogue says of a login. */
type Block = Pick<
  NonNullable<KnownApp['ldap']>,
  'configured-by' | 'env' | 'file' | 'exec' | 'api' | 'ui' | 'settings-notes'
>;
type Exec = NonNullable<Block['exec']>;
type Format = (typeof settingsFormats)[number];

/** Filled in where they are handed over, or by the app's owner. */
const given = [
  ...['clientId', 'clientSecret', 'ldapBindPassword', 'randomSecret', 'providerId', 'strategyId'],
  ...['userGroup', 'proxyCidr', 'former', 'callback'],
];

/** What is not filled in yet: what means something to the app itself, and what nobody has given a value for. */
export const leftOpen = (known: Pick<KnownApp, 'literal'> | undefined, values: Values): string[] => [
  ...(known?.literal ?? []),
  ...given.filter((name) => !Object.hasOwn(values, name)),
];

/** Only the owner, or the app itself, has a word for these. */
const isOpen = (content: unknown): boolean =>
  /\{(proxyIp|providerId|strategyId|randomSecret|appApiKey)\}/.test(JSON.stringify(content));

/** What homeauth writes into an app that asks authentik by itself. */
export const writtenIn = ({ oidc, ldap }: App): Written | undefined => oidc ?? ldap;
export const writtenApps = ({ apps }: Pick<Config, 'apps'>): readonly App[] => apps.filter(writtenIn);

/** What the catalogue says of that login. */
export const blockOf = (known: KnownApp | undefined, login: App['login']): Block | undefined =>
  login === 'ldap' ? known?.ldap : known?.oidc;

/** Whether what is written in the app names the group that may use it. */
export const namesGroup = (block: Block): boolean =>
  JSON.stringify(block[block['configured-by']]).includes('{userGroup}');

/** The file of settings that homeauth can write for an app, with its format. */
export function writable(block: Block | undefined): (NonNullable<Block['file']> & { format: Format }) | undefined {
  const { 'configured-by': way, file } = block ?? {};
  const format = settingsFormats.find((one) => one === file?.format);
  if (way !== 'file' || !file || !format) return undefined;
  return isOpen(file.content) ? undefined : { ...file, format };
}

/** The commands that homeauth can run for an app: it knows how to look at what each has set. */
export function runnable(block: Block | undefined): (Omit<Exec, 'commands'> & { commands: Command[] }) | undefined {
  const { 'configured-by': way, exec } = block ?? {};
  const commands = exec?.commands.filter((one) => typeof one !== 'string') ?? [];
  if (way !== 'exec' || !exec || commands.length < exec.commands.length || isOpen(commands)) return undefined;
  return { ...exec, commands };
}
type Command = Exclude<Exec['commands'][number], string>;

/** The HTTP API that homeauth can tell an app's settings: one that can be read, too. */
export function callable(block: Block | undefined) {
  const { 'configured-by': way, api } = block ?? {};
  if (way !== 'api' || !api?.key || api['read-back'] === undefined || isOpen([api.body, api.path])) return undefined;
  return { ...api, key: api.key, read: api['read-back'] };
}

/** Where homeauth writes an app's settings by itself, as its owner wants it; without them where it cannot. */
export function written(
  { 'settings-in': place, 'api-key-file': keyFile, 'compose-override': override }: Draft,
  known: KnownApp | undefined,
  block: Block | undefined,
  values: Values,
): Written {
  const filled = <T extends Plain>(data: T): T => fill(data, values, leftOpen(known, values));
  const api = callable(block);
  return {
    ...(place?.includes(':') && { file: fileOf(place, block, filled) }),
    ...(place !== undefined && !place.includes(':') && { commands: commandsOf(place, block, filled) }),
    ...(keyFile !== undefined && {
      api: api
        ? {
            read: filled(api.read),
            write: { method: api.method, path: filled(api.path), whole: api.whole },
            key: { header: api.key.header, prefix: api.key.prefix, file: keyFile },
            hidden: api.hidden,
            settings: settingsOf(filled(api.body as Record<string, Plain>)),
          }
        : { key: { file: keyFile } },
    }),
    ...(override && { override: { file: override.file, service: override.service, ...(override.up && { up: true }) } }),
    ...(block?.['configured-by'] === 'env' && block.env && { env: filled(block.env) }),
  };
}

/** What switches an app's own passwords off: written where its other settings are. Empty where homeauth does not know how. */
export function onlySsoOf(draft: Draft, known: KnownApp | undefined, values: Values): OnlySso {
  const block = known?.oidc;
  const only = block?.['only-sso'];
  const way = onlySsoWays.find((one) => only?.[one] !== undefined);
  const byHand = block?.['disable-local-login'];
  if (!known || !block || !only || !way) return byHand === undefined ? {} : { byHand };
  const place = way === 'api' ? 'api-key-file' : 'settings-in';
  if (way !== 'env' && draft[place] === undefined) return { lacks: place };
  const { file, api, exec } = block;
  const instead = {
    'configured-by': way,
    ...(file && { file: { ...file, content: only.file ?? {} } }),
    ...(api && { api: { ...api, body: only.api ?? {}, hidden: [] } }),
    ...(exec && { exec: { ...exec, variables: {}, commands: only.exec ?? [] } }),
  };
  const { override: _, ...inPlace } = written(draft, known, { ...block, ...instead }, values);
  return {
    ...(way === 'env' ? { env: only.env ?? {} } : inPlace),
    ...(only['still-open'] !== undefined && { stillOpen: fill(only['still-open'], values, known.literal) }),
    ...(only['way-back'] !== undefined && { wayBack: fill(only['way-back'], values, known.literal) }),
  };
}

type Filled = <T extends Plain>(data: T) => T;

function fileOf(place: string, block: Block | undefined, filled: Filled): NonNullable<Written['file']> {
  const file = writable(block);
  if (!file) return { in: place };
  return { in: place, format: file.format, settings: settingsOf(filled(file.content as Record<string, Plain>)) };
}

function commandsOf(place: string, block: Block | undefined, filled: Filled): NonNullable<Written['commands']> {
  const exec = runnable(block);
  if (!exec) return { in: place };
  const argv = (line: string) => wordsOf(line).map(filled);
  return {
    in: place,
    ...(exec.user !== undefined && { user: exec.user }),
    ...(exec.ready !== undefined && { ready: argv(exec.ready) }),
    variables: filled(exec.variables),
    settings: exec.commands.map(
      ({ name, look, is, set, unset, back }): AppCommand => ({
        name,
        look: argv(look),
        is: filled(is as Plain) as AppCommand['is'],
        set: argv(set),
        ...(unset !== undefined && { unset: argv(unset) }),
        ...(back !== undefined && { back: argv(back) }),
      }),
    ),
  };
}

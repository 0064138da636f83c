import { onlySsoWays } from '../catalogue/oidc.ts';
import { fill, type Placeholder } from '../catalogue/placeholders.ts';
import type { KnownApp } from '../catalogue/schema.ts';
import { settingsOf } from '../formats/settings-file.ts';
import { wordsOf } from '../formats/words.ts';
import { type AppCommand, type Plain, settingsFormats } from '../model/app-setting.ts';
import type { AppOidc, OnlySso } from './config.ts';
import type { AppDraft } from './file.ts';

type Draft = NonNullable<Exclude<AppDraft, string>['oidc']>;
type Values = Partial<Record<Placeholder, string>>;
type Block = NonNullable<KnownApp['oidc']>;
type Exec = NonNullable<Block['exec']>;
type Format = (typeof settingsFormats)[number];

/** Filled in where they are handed over, or by the app's owner. */
export const given = [
  ...[
    'clientId',
    'clientSecret',
    'randomSecret',
    'providerId',
    'strategyId',
    'userGroup',
    'proxyCidr',
    'former',
    'callback',
  ],
];

/** Only the owner, or the app itself, has a word for these. */
const isOpen = (content: unknown): boolean =>
  /\{(proxyIp|providerId|strategyId|randomSecret|appApiKey)\}/.test(JSON.stringify(content));

/** The file of settings that homeauth can write for an app, with its format. */
export function writable(known: KnownApp | undefined): (Block['file'] & { format: Format }) | undefined {
  const { 'configured-by': way, file } = known?.oidc ?? {};
  const format = settingsFormats.find((one) => one === file?.format);
  if (way !== 'file' || !file || !format) return undefined;
  return isOpen(file.content) ? undefined : { ...file, format };
}

/** The commands that homeauth can run for an app: it knows how to look at what each has set. */
export function runnable(known: KnownApp | undefined): (Omit<Exec, 'commands'> & { commands: Command[] }) | undefined {
  const { 'configured-by': way, exec } = known?.oidc ?? {};
  const commands = exec?.commands.filter((one) => typeof one !== 'string') ?? [];
  if (way !== 'exec' || !exec || commands.length < exec.commands.length || isOpen(commands)) return undefined;
  return { ...exec, commands };
}
type Command = Exclude<Exec['commands'][number], string>;

/** The HTTP API that homeauth can tell an app's settings: one that can be read, too. */
export function callable(known: KnownApp | undefined) {
  const { 'configured-by': way, api } = known?.oidc ?? {};
  if (way !== 'api' || !api?.key || api['read-back'] === undefined || isOpen([api.body, api.path])) return undefined;
  return { ...api, key: api.key, read: api['read-back'] };
}

/** Where homeauth writes an app's settings by itself, as its owner wants it; without them where it cannot. */
export function written(
  { 'settings-in': place, 'api-key-file': keyFile }: Draft,
  known: KnownApp | undefined,
  values: Values,
): Pick<AppOidc, 'file' | 'commands' | 'api'> {
  const filled = <T extends Plain>(data: T): T => fill(data, values, [...(known?.literal ?? []), ...given]);
  const api = callable(known);
  return {
    ...(place?.includes(':') && { file: fileOf(place, known, filled) }),
    ...(place !== undefined && !place.includes(':') && { commands: commandsOf(place, known, filled) }),
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
  return {
    ...(way === 'env' ? { env: only.env ?? {} } : written(draft, { ...known, oidc: { ...block, ...instead } }, values)),
    ...(only['still-open'] !== undefined && { stillOpen: fill(only['still-open'], values, known.literal) }),
    ...(only['way-back'] !== undefined && { wayBack: fill(only['way-back'], values, known.literal) }),
  };
}

type Filled = <T extends Plain>(data: T) => T;

function fileOf(place: string, known: KnownApp | undefined, filled: Filled): NonNullable<AppOidc['file']> {
  const file = writable(known);
  if (!file) return { in: place };
  return { in: place, format: file.format, settings: settingsOf(filled(file.content as Record<string, Plain>)) };
}

function commandsOf(place: string, known: KnownApp | undefined, filled: Filled): NonNullable<AppOidc['commands']> {
  const exec = runnable(known);
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

import type { Secret } from './secret.ts';

/** Data as YAML and JSON have it. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** A key of a map, or of a list the one item that has this value at that key. */
export type Step = string | { readonly key: string; readonly is: string };

/** One value in an app's own file of settings; without a value it is not there. */
export interface Setting {
  readonly path: readonly Step[];
  readonly value?: Plain | Secret;
  /** In YAML and JSON, so that it comes back to the letter: how its value is written, or how many steps are there without it. */
  readonly source?: string;
  readonly within?: number;
}

/** Whether things of a kind are set in the apps themselves. */
export const isSettings = (kind: string): boolean => ['app-setting', 'app-commands', 'app-api'].includes(kind);

/** What homeauth can change in such a file; one that is a program it shows. */
export const settingsFormats = ['yaml', 'json', 'toml', 'ini', 'xml'] as const;

/** What a key has behind its place where it is about the app's own passwords alone: they are let go by themselves. */
export const onlySsoPart = ' (only-sso)';
export const placeOf = (key: string): string => (key.endsWith(onlySsoPart) ? key.slice(0, -onlySsoPart.length) : key);

/** The container of a place, and what is behind it. */
export function partsOf(place: string): [container: string, rest: string] {
  const at = place.indexOf(':');
  return at < 0 ? [place, ''] : [place.slice(0, at), place.slice(at)];
}

/** The app that a file of ours was made for. */
export const appOf = ({ unread = '', sent = unread }: { readonly unread?: string; readonly sent?: string }): string =>
  /([^/@]+)@[^/]*$/.exec(sent)?.[1] ?? '';

/** What homeauth sets in such a file. Everything else in it is the owner's. */
export interface AppSettingSpec {
  /** `CONTAINER:PATH`. */
  readonly in: string;
  readonly format: (typeof settingsFormats)[number];
  readonly settings: readonly Setting[];
  /** The part of the app whose file it is, where that has to be installed first. */
  readonly plugin?: string;
  /** A file of ours that is there while the app has not read yet what was written. */
  readonly unread: string;
  /** The authority that the app has to trust before it starts with them; without one, its own are enough. */
  readonly trusts?: string;
}

/**
 * `waits`: the app has not read it yet. `text`: all of it, where nobody says which values are meant. `unseen`: there is no
 * container to look into.
 */
export interface AppSettingFound extends AppSettingSpec {
  readonly text?: string;
  readonly waits?: true;
  readonly unseen?: true;
}

/** How an app's HTTP API is asked for its settings, and told them. */
export interface AppApi {
  /** `HOST:PORT`, as Caddy dials it. */
  readonly upstream: string;
  /** Where it speaks TLS: the name and the authority, as a file, that its certificate is judged by. */
  readonly tls?: { readonly ca?: string; readonly serverName?: string };
  /** Where they are read with GET. */
  readonly read: string;
  /** `whole`: all that was read is sent back with ours in it; else only the keys at the top that ours are in. */
  readonly write: { readonly method: 'POST' | 'PUT' | 'PATCH'; readonly path: string; readonly whole: boolean };
  /** The header with the key of an administrator, and the file that has it. */
  readonly key: { readonly header: string; readonly prefix: string; readonly file: string };
  /** Names of settings that it takes and never tells. */
  readonly hidden: readonly string[];
}

/** What homeauth sets through an API. `onlyWhere`: what they have to be now, so that they are given back. */
export interface AppApiSpec extends AppApi {
  readonly settings: readonly Setting[];
  /** A file with a mark of what it was sent and never tells. */
  readonly sent: string;
  readonly onlyWhere?: readonly Setting[];
}

/** `unseen`: there is nothing to look at, or no key to look with. */
export interface AppApiFound extends AppApiSpec {
  readonly mark?: string;
  readonly unseen?: true;
}

type Argv = readonly string[];

/** Data with secrets in it. */
export type Handed = Plain | Secret | { readonly [key: string]: Handed };

/** One thing that commands of the app's own read and write. */
export interface AppCommand {
  readonly name: string;
  readonly look: Argv;
  /** What `look` has to print: a text, or JSON with these values in it. */
  readonly is: string | Secret | { readonly [key: string]: Handed };
  readonly set: Argv;
  /** Takes it away again, where there was nothing before. */
  readonly unset?: Argv;
  /** Puts back what was there: `{former}` stands for it. */
  readonly back?: Argv;
}

/** What homeauth sets by commands in a container. `giveBack`: what they said before, one for each. */
export interface AppCommandsSpec {
  readonly in: string;
  readonly user?: string;
  /** Ends with 0 as soon as the app can be asked. */
  readonly ready?: Argv;
  /** For these commands alone: a command line can be read by everybody on this server. */
  readonly variables: Readonly<Record<string, string | Secret>>;
  readonly settings: readonly AppCommand[];
  /** A file with a mark of the variables that they were last run with. */
  readonly sent: string;
  readonly giveBack?: readonly (Plain | undefined)[];
}

/** `now`: what each says. */
export interface AppCommandsFound extends AppCommandsSpec {
  readonly now: readonly (Plain | undefined)[];
  readonly mark?: string;
  readonly unseen?: true;
}

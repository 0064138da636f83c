import type { Secret } from './secret.ts';

/** Data as YAML and JSON have it. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** A key of a map, or of a list the one item that has this value at that key. */
export type Step = string | { readonly key: string; readonly is: string };

/** One value in an app's own file of settings; without a value it is not there. */
export interface Setting {
  readonly path: readonly Step[];
  readonly value?: Plain | Secret;
}

/** What homeauth sets in such a file. Everything else in it is the owner's. */
export interface AppSettingSpec {
  /** `CONTAINER:PATH`. */
  readonly in: string;
  readonly format: 'yaml' | 'json';
  readonly settings: readonly Setting[];
}

/** `text`: all of it, where nobody says which values are meant. `unseen`: there is no container to look into. */
export interface AppSettingFound extends AppSettingSpec {
  readonly text?: string;
  readonly unseen?: true;
}

import { parse } from 'yaml';
import { z } from 'zod';
import { type KnownApp, knownApp } from './schema.ts';

/** The files of catalogue/, as they are. */
export interface CatalogueFiles {
  /** Their names without .yaml, in the order of the alphabet. */
  names(): readonly string[];
  /** The text of one of them; nothing where there is none. */
  text(name: string): string | undefined;
}

/** The apps that homeauth knows. Each file is read when it is asked for, and once. */
export interface Catalogue {
  readonly names: () => readonly string[];
  readonly find: (name: string) => KnownApp | undefined;
  readonly all: () => readonly KnownApp[];
}

export function openCatalogue(files: CatalogueFiles): Catalogue {
  const read = new Map<string, KnownApp | undefined>();
  const find = (name: string): KnownApp | undefined => {
    if (!read.has(name)) {
      const text = files.text(name);
      read.set(name, text === undefined ? undefined : parseKnownApp(text, name));
    }
    return read.get(name);
  };
  return {
    names: files.names,
    find,
    all: () => files.names().flatMap((name) => find(name) ?? []),
  };
}

/**
 * Reads one file of the catalogue.
 * @throws where it breaks the schema: the package comes with files that a test has read
 */
export function parseKnownApp(text: string, name: string): KnownApp {
  const { data, error } = knownApp.safeParse(parse(text));
  if (error) throw new Error(`catalogue/${name}.yaml: ${z.prettifyError(error)}`);
  return data;
}

import { dirname } from 'node:path/posix';
import type { Config } from '../config/config.ts';
import { parseConfig } from '../config/parse.ts';
import type { Templates } from '../desired/facts.ts';
import { type Layout, layoutOf, secretNames } from '../desired/layout.ts';
import { type LedgerStore, ledgerFile } from '../engine/ledger.ts';
import { decodeEnv, encodeValue } from '../formats/env.ts';
import { compiledTemplates } from '../formats/template.ts';
import { lastWord } from '../kinds/container-story.ts';
import { kinds } from '../kinds/index.ts';
import { Failure } from '../model/failure.ts';
import type { Era } from '../model/release.ts';
import { type Id, parseId } from '../model/resource.ts';
import { Secret } from '../model/secret.ts';
import type { World } from '../world/world.ts';
import type { Runtime } from './command-runtime.ts';
import { isOfOurs } from './confine.ts';
import { databaseTrouble } from './database.ts';
import { checkedEra } from './wanted-release.ts';

/** One installation, opened: what its owner said, where it lies, and the world around it. */
export interface Installation {
  readonly config: Config;
  /** homeauth.yaml as it should be. */
  readonly text: string;
  /** The file that it was read from. */
  readonly source: string;
  readonly era: Era;
  readonly layout: Layout;
  readonly world: World;
  readonly ledger: LedgerStore;
  /** Read once. */
  templates(): Promise<Templates>;
  readonly runtime: Runtime;
  /** A command that edits homeauth.yaml has its owner's word for that one file. */
  mayEdit(id: Id): boolean;
}

/** Where the ledger waits for the directory that it goes into. */
export const begun = (pointer: string): string => `${dirname(pointer)}.begun`;

/** A change to the text of homeauth.yaml. Pure; made once more when the lock is held. */
export type Edit = (text: string) => string;

/** @throws Failure config-invalid, and what `eraFor` has against the wanted release */
export function openInstallation(
  text: string,
  source: string,
  runtime: Runtime,
  eraFor: (config: Config) => Era = checkedEra,
): Installation {
  const { config } = parseConfig(text, source, runtime.catalogue.find);
  const layout = layoutOf(config.baseDir);
  const era = eraFor(config);
  const { world, connect } = runtime;
  const authentik = connect({
    address: () => serverAddress(world),
    tokens: async () => {
      const own = await tokenIn(world, layout.token, secretNames.token[0]);
      const bootstrap = await tokenIn(world, layout.bootstrap, secretNames.bootstrap[0]);
      return { ...(own && { own }), ...(bootstrap && { bootstrap }) };
    },
    lastWord: () => lastWord('authentik', world.docker).catch(() => undefined),
    host: config.authHost,
    clock: world.clock,
    whyCrashed: () => databaseTrouble(world.docker),
  });
  const { pointer } = runtime;
  const ledger = ledgerFile(world.files, layout.ledger, begun(pointer), {
    isKnown: (id) => Object.hasOwn(kinds, parseId(id).kind),
    isOurs: (made) => isOfOurs(made, layout, pointer, world.files),
  });
  return {
    config,
    text,
    source,
    era,
    layout,
    world: { ...world, authentik },
    ledger,
    templates: compiledTemplates(runtime.templates),
    runtime,
    mayEdit: (id) => id === `file:${layout.config}`,
  };
}

/** The same installation by what homeauth.yaml says now: another run may have changed it since it was read. */
export async function reopened(
  { text, source, runtime }: Installation,
  edit: Edit = (now) => now,
  eraFor?: (config: Config) => Era,
): Promise<Installation> {
  const now = await runtime.world.files.read(source);
  return openInstallation(now === undefined ? text : edit(now), source, runtime, eraFor);
}

/** What one of our env files says; nothing where it is missing. */
export async function valuesIn({ files }: Pick<World, 'files'>, path: string) {
  return decodeEnv((await files.read(path)) ?? '', path);
}

/** Gives values in one of our env files others: each line that sets one, or a new line at the end. */
export async function changeValues(
  { files }: Pick<World, 'files'>,
  path: string,
  values: Readonly<Record<string, Secret>>,
): Promise<void> {
  const text = (await files.read(path)) ?? '';
  const lines = text.split('\n').filter((line, n, all) => line !== '' || n < all.length - 1);
  for (const [name, value] of Object.entries(values)) {
    const line = `${name}=${encodeValue(value.reveal())}`;
    const at = lines.findIndex((one) => one.startsWith(`${name}=`));
    if (at < 0) lines.push(line);
    else lines.splice(0, lines.length, ...lines.map((one) => (one.startsWith(`${name}=`) ? line : one)));
  }
  await files.write(path, `${lines.join('\n')}\n`, 0o600);
}

/** A value out of one of our env files. */
export async function valueIn(world: Pick<World, 'files'>, path: string, name: string): Promise<Secret | undefined> {
  const value = (await valuesIn(world, path))[name];
  return value ? new Secret(value) : undefined;
}

/**
 * A token out of one of our env files.
 * @throws Failure token-unreadable where no request could carry it
 */
export async function tokenIn(world: Pick<World, 'files'>, path: string, name: string): Promise<Secret | undefined> {
  const token = await valueIn(world, path, name);
  if (!token || /^[\x21-\x7e]+$/.test(token.reveal())) return token;
  throw new Failure({
    code: 'token-unreadable',
    problem: `${name} in ${path} has characters in it that no token of authentik has.`,
    why: 'The file was damaged, or saved by a program that changed it.',
    fix: 'Put it back from a backup or a snapshot of that directory, then run the command again.',
  });
}

/**
 * Where authentik's own server can be dialled from here, past Caddy. It believes nobody here to be a proxy, on none of
 * its networks. Undefined while its container does not run.
 */
export const serverAddress = ({ docker }: Pick<World, 'docker'>) => docker.dialAddress('authentik', 9000);

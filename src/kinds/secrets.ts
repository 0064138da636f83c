import type { Kind } from '../engine/kind.ts';
import { decodeEnv, encodeEnv } from '../formats/env.ts';
import { Failure } from '../model/failure.ts';
import { differs } from '../model/reason.ts';
import { type SecretsFound, type SecretsSpec, short } from '../model/resource.ts';
import type { Files, Random } from '../world/world.ts';
import { octal, regularFile } from './regular-file.ts';

/** Letters and digits in each value, as the by-hand guide has it. */
const length = 64;
/** Permission bits that let in anybody else, or run the file. */
const tooWide = 0o7177;

/** Random values in a file that only root reads: made once, and from then on never changed. */
export const secretsKind: Kind<SecretsSpec, SecretsFound> = {
  told: { noun: 'secrets', many: 'secrets', note: 'only root reads them', item: short },

  async observe(key, { files }, want) {
    const found = await regularFile(key, files);
    const text = found && (await files.read(key));
    if (!found || text === undefined) return { is: 'absent' };
    const missing = want ? missingIn(text, want, key) : [];
    return { is: 'present', spec: { mode: found.mode, missing } };
  },

  differs: (_, { mode, missing }) => [
    ...missing.map((name) => differs(name, `${name} is missing`)),
    ...(mode & tooWide ? [differs('mode', `others can read it: mode ${octal(mode)} → ${octal(narrowed(mode))}`)] : []),
  ],

  async apply(key, want, { files, random }, have) {
    if (!want) {
      await files.remove(key);
      return;
    }
    const text = have && (await files.read(key));
    const missing = missingIn(text ?? '', want, key);
    if (missing.length > 0) {
      await assertReplaceable(key, missing, want, files);
      const values = made(missing, want, random);
      if (text === undefined) await files.create(key, values, 0o600);
      else await files.write(key, want.names ? lines(text) + values : values, 0o600);
      return;
    }
    const found = await files.stat(key);
    if (found) await files.setAccess(key, narrowed(found.mode), found.owner);
  },

  /** Values that went into somebody's file stay there: a database was made with them. */
  release: (ours) => ours,
  giveBack: async () => {},

  hint: (key) => `Look at it, without showing what it holds:  ls -l ${key}; cut -d= -f1 ${key}`,
};

const narrowed = (mode: number): number => mode & ~tooWide;
const lines = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

/** Names without a value; for a bare value its only name, "the value". */
function missingIn(text: string, { names }: SecretsSpec, path: string): string[] {
  if (!names) return text.trim() === '' ? ['the value'] : [];
  const values = decodeEnv(text, path);
  return names.filter((name) => !values[name]);
}

function made(missing: readonly string[], { names }: SecretsSpec, random: Random): string {
  if (!names) return random.alphanumeric(length).reveal();
  return encodeEnv(Object.fromEntries(missing.map((name) => [name, random.alphanumeric(length).reveal()])));
}

/**
 * To be called before anything is written.
 * @throws Failure `secret-lost` where values are gone that a database was made with
 */
export async function assertKept(key: string, spec: SecretsSpec, files: Files): Promise<void> {
  const missing = missingIn((await files.read(key)) ?? '', spec, key);
  if (missing.length > 0) await assertReplaceable(key, missing, spec, files);
}

/** Values that a database was made with cannot be made anew. */
async function assertReplaceable(
  key: string,
  missing: readonly string[],
  { lockedBy }: SecretsSpec,
  files: Files,
): Promise<void> {
  const data = lockedBy === undefined ? undefined : await files.list(lockedBy);
  if (!data || data.length === 0) return;
  const several = missing.length > 1;
  throw new Failure({
    code: 'secret-lost',
    problem: `${missing.join(' and ')} ${several ? 'are' : 'is'} missing in ${key}, and ${lockedBy} already holds a database.`,
    why: `It was made with ${several ? 'other values' : 'another value'}, so new ones would lock you out of it. homeauth never replaces them.`,
    details: [
      'Where the old values may still be:',
      `  a backup of ${key}`,
      '  a ZFS snapshot:   zfs list -t snapshot',
      `  the containers:   docker inspect authentik-worker authentik-postgresql | grep -E '${missing.join('|')}'`,
    ].join('\n'),
    fix: `Put ${several ? 'them' : 'it'} back into ${key}, then run the command again.`,
  });
}

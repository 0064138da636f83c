import { posix } from 'node:path';
import { Failure, type Issue } from '../model/failure.ts';

/** What is needed of the disk. */
export interface Reader {
  /** `undefined` where there is no such file. */
  read(path: string): Promise<string | undefined>;
  isThere(path: string): Promise<boolean>;
}

export interface Places {
  /** `--config`. */
  readonly flag?: string | undefined;
  /** `$HOMEAUTH_CONFIG`. */
  readonly variable?: string | undefined;
  readonly workingDirectory: string;
  /** Where the pointer file is; `pointerPath` unless told. */
  readonly pointer?: string;
}

export interface Located {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  /** Another homeauth.yaml, in the working directory, which nobody has named. */
  readonly unused?: string;
}

/** One line: the absolute path of homeauth.yaml. `init` writes it, so that commands work from anywhere. */
export const pointerPath = '/etc/homeauth/location';
const fileName = 'homeauth.yaml';

/** Says why a file that ought to be there is not, where the caller knows: a locked dataset, for example. */
export type Explain = (path: string) => Promise<Pick<Issue, 'why' | 'fix'> | undefined>;

/**
 * Finds homeauth.yaml: `--config`, `$HOMEAUTH_CONFIG`, the pointer file. A place that was named and is empty is an
 * error; the next one is not tried. One that lies in the working directory may be anybody's: it has to be named.
 * @throws Failure `config-missing`.
 */
export async function locate(
  places: Places,
  files: Reader,
  explain: Explain = async () => undefined,
): Promise<Located> {
  if (places.flag !== undefined) return named(places.flag, '--config', places, files, explain);
  if (places.variable) return named(places.variable, '$HOMEAUTH_CONFIG', places, files, explain);
  const here = posix.resolve(places.workingDirectory, fileName);
  const unused = (await files.isThere(here)) ? { unused: here } : {};
  const { pointer: signpost = pointerPath } = places;
  const pointer = (await files.read(signpost))?.trim();
  if (pointer === undefined) {
    throw new Failure({
      code: 'config-missing',
      problem: 'There is no homeauth.yaml.',
      why: `homeauth init writes its path into ${signpost}, and that file is not there.`,
      fix: unused.unused
        ? `There is one in this directory. Where that is yours, name it:  --config ${here}`
        : 'Set up this server with homeauth init, or name the file: --config /path/to/homeauth.yaml',
    });
  }
  if (!pointer.startsWith('/') || /\p{Cc}/u.test(pointer)) {
    throw new Failure({
      code: 'config-missing',
      problem: `${signpost} does not hold one absolute path.`,
      why: 'It is a single line that homeauth init writes.',
      fix: `Write the path of homeauth.yaml into it, or name the file: --config /path/to/homeauth.yaml`,
    });
  }
  const found = await named(pointer, signpost, places, files, explain);
  return found.path === here ? found : { ...found, ...unused };
}

async function named(value: string, by: string, places: Places, files: Reader, explain: Explain): Promise<Located> {
  if (value.trim() === '') {
    throw new Failure({ code: 'config-missing', problem: `${by} is empty.`, fix: 'Write the path of homeauth.yaml.' });
  }
  const path = posix.resolve(places.workingDirectory, value);
  const text = await files.read(path);
  if (text !== undefined) return { path, text };
  const known = await explain(path);
  throw new Failure({
    code: 'config-missing',
    problem: `${path} is not there.`,
    why: known?.why ?? `${by} names it.`,
    fix: known?.fix ?? fixFor(by),
  });
}

function fixFor(by: string): string {
  if (by === '--config') return 'Correct the path behind --config.';
  if (by === '$HOMEAUTH_CONFIG') return 'Correct it, or leave it out: unset HOMEAUTH_CONFIG';
  return 'Put the file back from a backup, or set up this server again: homeauth init';
}

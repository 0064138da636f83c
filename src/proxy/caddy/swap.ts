import { exitCodes, Failure, Uncertain } from '../../model/failure.ts';
import type { CaddyPlace, CaddySpec } from '../../model/resource.ts';
import { textOf } from '../../model/shown.ts';
import type { Files } from '../../world/world.ts';
import { notBack } from './failures.ts';
import { fileBeside } from './placement.ts';
import type { Lost } from './sites-answer.ts';
import { wordsFor } from './words.ts';

/** The two texts that Caddy reads: the user's Caddyfile, and ours beside it, where it is a file of its own. */
export interface Texts {
  readonly caddyfile: string;
  readonly ours: string | undefined;
}

export interface Loading {
  /** Makes Caddy load the new texts, and sees that it has. */
  load(): Promise<void>;
  /** Makes Caddy load what is there again. */
  reload(): Promise<void>;
  /** The owner's sites that do not answer as they did, now that everything is back. */
  lost(): Promise<readonly Lost[]>;
}

/** Where the user's text is kept while a file that cannot be swapped at once is written. */
export const copyOf = (path: string): string => `${path}.homeauth-copy`;

/**
 * Write what should be there, load it, and put back what was there if Caddy does not take it.
 * @throws Failure with Caddy's words; whether everything is as before is said in it
 */
export async function swap(
  files: Files,
  want: CaddyPlace & Pick<CaddySpec, 'how' | 'caddyfile'>,
  before: Texts,
  after: Texts,
  { load, ...back }: Loading,
): Promise<void> {
  const path = want.caddyfile.outside;
  let isWritten = false;
  try {
    // The file is itself the mount, so it keeps its inode; a copy outlives a power cut in the middle.
    if (want.how === 'block' && after.caddyfile !== before.caddyfile) await keepCopy(files, path, before.caddyfile);
    await write(files, want.how, path, before, after);
    isWritten = true;
    await load();
  } catch (error) {
    // Whether Caddy has loaded it is not known: the next look tells. The text is written whole.
    if (error instanceof Uncertain) {
      await files.remove(copyOf(path));
      throw error;
    }
    // A disk that took nothing has said all there is to say: Caddy was not asked.
    if (!isWritten && (await isStill(files, path, before))) {
      await files.remove(copyOf(path));
      throw error;
    }
    throw await backAgain(files, want, before, after, back, error);
  }
  await files.remove(copyOf(path));
}

const isStill = async (files: Files, path: string, { caddyfile, ours }: Texts): Promise<boolean> =>
  ((await files.read(path)) ?? '') === caddyfile && (await files.read(fileBeside(path))) === ours;

async function backAgain(
  files: Files,
  { how, caddyfile: { outside: path }, ...place }: CaddyPlace & Pick<CaddySpec, 'how' | 'caddyfile'>,
  before: Texts,
  after: Texts,
  { reload, lost: lostNow }: Omit<Loading, 'load'>,
  cause: unknown,
): Promise<Failure> {
  // A site that was lost is what happened; everything else is how Caddy refused.
  const lost = cause instanceof Failure && cause.code === 'site-lost' ? cause : undefined;
  const problem = lost?.problem ?? `${wordsFor(place).name} did not take homeauth's part of its configuration.`;
  const words = cause instanceof Failure ? [cause.problem, cause.details].filter(Boolean).join('\n') : String(cause);
  const details = textOf(lost?.details ?? words);
  try {
    await write(files, how, path, after, before);
    await files.remove(copyOf(path));
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const copy = how === 'block' ? ` Its former text is in ${copyOf(path)}.` : '';
    return new Failure({
      code: 'caddy-half-changed',
      problem,
      why: `${path} could not be put back either: ${words}.${copy}`,
      details,
      fix: `Take the lines out of ${path} that are marked "# homeauth", then: ${wordsFor(place).restart}`,
      exit: exitCodes.halfway,
    });
  }
  const loaded = await reload().then(
    () => true,
    () => false,
  );
  const why = loaded
    ? `${path} is as it was before, byte for byte, and Caddy serves it.`
    : `${path} is as it was before, byte for byte; Caddy goes on with what it loaded last.`;
  const away = await lostNow();
  if (away.length > 0) return notBack(away, { why, details: [textOf(problem), details] }, place);
  return new Failure({
    code: lost ? 'site-lost' : 'caddy-refused',
    problem,
    why,
    details,
    fix: lost?.fix ?? `Correct what Caddy names, then run the command again. Its log: ${wordsFor(place).log}`,
    exit: exitCodes.halfway,
  });
}

/** Never while it is put back: this is all there is of the owner's text then. */
async function keepCopy(files: Files, path: string, text: string): Promise<void> {
  const stat = await files.stat(path);
  await files.write(copyOf(path), text, stat?.mode ?? 0o644);
}

/** Our file comes before the line that imports it, and goes after it. */
async function write(files: Files, how: CaddySpec['how'], path: string, from: Texts, to: Texts): Promise<void> {
  const beside = fileBeside(path);
  if (to.ours !== undefined && to.ours !== from.ours) await files.write(beside, to.ours, 0o644);
  if (to.caddyfile !== from.caddyfile) await writeCaddyfile(files, how, path, to.caddyfile);
  if (to.ours === undefined && from.ours !== undefined) await files.remove(beside);
}

async function writeCaddyfile(files: Files, how: CaddySpec['how'], path: string, to: string): Promise<void> {
  const stat = await files.stat(path);
  if (stat?.type === 'link') {
    throw new Failure({
      code: 'caddyfile-link',
      problem: `${path} is a link.`,
      why: 'It would have to be replaced by a file.',
      fix: 'Put the file itself there, then run the command again.',
    });
  }
  if (how === 'import') {
    await files.write(path, to, stat?.mode ?? 0o644);
    if (stat) await files.setAccess(path, stat.mode, stat.owner);
    return;
  }
  await files.overwrite(path, to);
}

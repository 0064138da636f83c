import { Failure } from '../../model/failure.ts';
import type { Files } from '../../world/world.ts';
import { fileBeside, partsOf } from './placement.ts';
import { copyOf, type Texts } from './swap.ts';

/**
 * The two texts as they are, before they are changed. A Caddyfile that a power cut left half written is put back first.
 * @throws Failure where the Caddyfile cannot be given back byte for byte
 */
export async function readTexts(files: Files, path: string): Promise<Texts & { readonly isPutBack: boolean }> {
  const [found, copy, ours] = await Promise.all([
    files.read(path),
    files.read(copyOf(path)),
    files.read(fileBeside(path)),
  ]);
  let caddyfile = found ?? '';
  let isPutBack = false;
  const torn = partsOf(caddyfile).some(({ is }) => is === 'torn');
  if (copy !== undefined && found !== undefined && (torn || (copy !== found && copy.startsWith(found)))) {
    await files.overwrite(path, copy);
    caddyfile = copy;
    isPutBack = true;
  } else if (torn) {
    throw new Failure({
      code: 'caddyfile-torn',
      problem: `${path} has homeauth's begin mark and no end mark.`,
      why: "What is homeauth's and what is yours cannot be told apart.",
      fix: `Put a line "# homeauth: end" behind homeauth's part in ${path}, then run the command again.`,
    });
  }
  return { caddyfile, ours, isPutBack };
}

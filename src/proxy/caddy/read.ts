import { revisionName } from '../../model/caddy.ts';
import { Failure } from '../../model/failure.ts';
import type { Files } from '../../world/world.ts';
import { hostsAside, served } from './aside.ts';
import { fileBeside, partsOf, textIn } from './placement.ts';
import { copyOf, type Texts } from './swap.ts';

/**
 * The two texts as they are, before they are changed. A Caddyfile that a power cut left half written is put back first.
 * @throws Failure where the Caddyfile cannot be given back byte for byte
 */
export async function readTexts(files: Files, path: string): Promise<Texts & { readonly isPutBack: boolean }> {
  const [found, copy] = await Promise.all([files.read(path), files.read(copyOf(path))]);
  const ours = await ourFile(files, path, found ?? '');
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
      problem: `${path} has the line where homeauth's part begins, but not the one where it ends.`,
      why: 'So homeauth cannot tell its own lines from yours.',
      fix: `Add the line "# homeauth: end" after homeauth's part in ${path}, then run the command again.`,
    });
  }
  const twice = served(caddyfile, hostsAside(caddyfile), partsOf(caddyfile))[0];
  if (twice !== undefined) throw siteTwice(path, twice);
  return { caddyfile, ours, isPutBack };
}

const siteTwice = (path: string, host: string): Failure =>
  new Failure({
    code: 'site-twice',
    problem: `${path} has a site for ${host}, and one more as a comment, which homeauth put aside.`,
    why: 'The comment becomes a site again when the app is removed from homeauth, and Caddy accepts only one site for a name.',
    fix: `Delete one of the two. The comment begins with: # homeauth: aside ${host}`,
  });

/** What homeauth's file beside a Caddyfile says. One that neither has our mark nor is imported by us is somebody else's. */
export async function ourFile(
  files: Pick<Files, 'read'>,
  path: string,
  caddyfile: string,
): Promise<string | undefined> {
  const text = await files.read(fileBeside(path));
  return text?.includes(revisionName) || partsOf(caddyfile)[0]?.is === 'import' ? text : undefined;
}

/** homeauth's own text as it lies there, in the Caddyfile or beside it; empty where there is none. */
export async function ourText(files: Pick<Files, 'read'>, path: string): Promise<string> {
  const caddyfile = (await files.read(path)) ?? '';
  return textIn(caddyfile) ?? (await ourFile(files, path, caddyfile)) ?? '';
}

/** @throws Failure where our file would take the place of somebody else's */
export async function checkPlaceBeside(files: Files, path: string): Promise<void> {
  const place = fileBeside(path);
  if ((await ourFile(files, path, (await files.read(path)) ?? '')) !== undefined || !(await files.stat(place))) return;
  throw new Failure({
    code: 'caddy-file-taken',
    problem: `${place} is there already, and homeauth did not make it.`,
    why: 'homeauth keeps its own part of the configuration under that name.',
    fix: `Give it another name, also where your Caddyfile imports it: mv ${place} ${place.replace(/homeauth\.caddy$/, 'mine.caddy')}`,
  });
}

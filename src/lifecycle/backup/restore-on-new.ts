import { dirname, join } from 'node:path/posix';
import { movedHost, movedPath, movedTo, type Place } from '../../config/move.ts';
import { layoutOf } from '../../desired/layout.ts';
import { containerOf, stackOf } from '../../desired/stack.ts';
import { interrupted } from '../../engine/errors.ts';
import type { Made } from '../../engine/ledger.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { type Installation, openInstallation, valueIn } from '../../installation/installation.ts';
import { hold } from '../../installation/lock.ts';
import { survey } from '../../installation/survey.ts';
import { assertOwnTrusted, assertTrusted } from '../../installation/trust.ts';
import { databaseContainer } from '../../kinds/role.ts';
import type { CopyHere } from '../../model/copy.ts';
import { Failure } from '../../model/failure.ts';
import { nameByDigest } from '../../model/image-name.ts';
import { backendNetwork } from '../../model/networks.ts';
import { type Id, parseId } from '../../model/resource.ts';
import { assertIntact } from './check.ts';
import { restoringFile } from './contents.ts';
import { whenReady } from './drill-stack.ts';
import { assertKey, contentOf, type Key, sealedName } from './encryption.ts';
import { exchange, forget, load } from './load-database.ts';

const root = { uid: 0, gid: 0 };
const postgres = { uid: 70, gid: 70 };

/** Where a copy is unpacked to, below the base directory, until all of it is there. */
const staging = 'homeauth-restore';

interface Wanted extends Place {
  readonly copy: CopyHere;
  readonly key: Key | undefined;
  readonly tell: (what: string) => void;
  /** Throws where this machine is not fit for it. */
  readonly check: (installation: Installation) => Promise<void>;
}

/**
 * Lays out the files of a copy on a machine that has no installation: unpacked beside, changed to the place where they
 * belong now, and given their names when all of them are there. Cut off anywhere, the same call goes on.
 * @returns the installation, with a note in it that its database is still to be restored
 * @throws Failure restore-occupied where something is there already
 */
export async function layOut(wanted: Wanted, runtime: Runtime): Promise<Installation> {
  const { copy, key, baseDir, tell } = wanted;
  const { files, tar } = runtime.world;
  const layout = layoutOf(baseDir);
  const beside = join(baseDir, staging);
  const noted = await files.read(join(layout.root, restoringFile));
  assertKey(copy.manifest, key);
  tell('reading the copy');
  for (const file of ['manifest.json', ...Object.keys(copy.manifest.files)])
    await assertTrusted(join(copy.directory, file), runtime.world);
  await assertIntact(copy, files);
  const begun = noted === undefined ? undefined : JSON.parse(noted);
  if (begun?.copy === copy.path) {
    if (begun.domain !== wanted.domain) throw begunElsewhere(begun.domain, wanted, layout.root);
    return laidOut(baseDir, runtime);
  }
  await assertFree([layout.root, layout.caddy], files);
  await files.removeTree(beside);
  await files.makeDirectory(beside, 0o700, root);
  try {
    tell('unpacking');
    await tar.unpack(await contentOf(copy, 'files.tar', files, key), beside);
    const text = await moveFiles(beside, wanted, runtime);
    const installation = openInstallation(text, layout.config, runtime);
    await assertOwnTrusted(installation);
    await wanted.check(installation);
    const note = { copy: copy.path, domain: wanted.domain, database: 'missing' };
    await files.write(join(beside, 'authentik', restoringFile), `${JSON.stringify(note)}\n`, 0o600);
    // With it there is an installation; until then all of it begins anew.
    await files.remove(layout.root);
    await files.rename(join(beside, 'authentik'), layout.root);
  } catch (error) {
    // What was unpacked has secrets in it.
    await files.removeTree(beside).catch(() => {});
    throw error;
  }
  return laidOut(baseDir, runtime);
}

/** What still lies beside gets its name. */
async function laidOut(baseDir: string, runtime: Runtime): Promise<Installation> {
  const { files } = runtime.world;
  const [layout, beside] = [layoutOf(baseDir), join(baseDir, staging)];
  if (await files.stat(join(beside, 'caddy'))) {
    await files.remove(layout.caddy);
    await files.rename(join(beside, 'caddy'), layout.caddy);
  }
  await files.removeTree(beside);
  return openInstallation((await files.read(layout.config)) ?? '', layout.config, runtime);
}

/** What names the former place names the new one: homeauth.yaml, and the keys of the ledger. */
async function moveFiles(beside: string, { copy, domain, baseDir }: Wanted, { world: { files } }: Runtime) {
  const from = { domain: copy.manifest.domain, baseDir: copy.manifest.baseDir };
  const own = layoutOf('');
  const [config, ledger] = [join(beside, own.config), join(beside, own.ledger)];
  const text = movedTo((await files.read(config)) ?? '', from, { domain, baseDir });
  await files.write(config, text, 0o644);
  const made = JSON.parse((await files.read(ledger)) ?? '{"made":[]}').made as readonly Made[];
  const move = (id: Id): Id => {
    const { kind, key } = parseId(id);
    return `${kind}:${movedPath(key, from, { domain, baseDir }) ?? movedHost(key, from, { domain, baseDir }) ?? key}`;
  };
  const moved = made
    // A dataset is this machine's own, and was not in the copy.
    .filter(({ id }) => parseId(id).kind !== 'dataset')
    .map((line) => ({ ...line, id: move(line.id), ...(line.inside && { inside: move(line.inside) }) }));
  await files.write(ledger, `${JSON.stringify({ version: 1, made: moved }, undefined, 1)}\n`, 0o600);
  return text;
}

/** The database of the copy, in a PostgreSQL that has nothing else; then the note goes, and `apply` may do the rest. */
export function restoreDatabase(
  installation: Installation,
  { copy, key, tell }: Pick<Wanted, 'copy' | 'key' | 'tell'>,
) {
  return hold(installation, `restore ${copy.name}`, async () => {
    const { world, layout, config, era, runtime } = installation;
    const { files, docker } = world;
    const step = (what: string) => {
      if (runtime.signal.aborted) throw interrupted(`before: ${what}`);
      tell(what);
    };
    step('starting the database');
    await putOutside(installation, copy, key);
    if (await docker.container(databaseContainer)) await docker.remove(databaseContainer);
    await files.removeTree(layout.database);
    await files.makeDirectory(layout.database, 0o700, postgres);
    const facts = await survey(installation);
    const [resource] = containerOf(stackOf(config, era, layout, facts), databaseContainer);
    if (resource?.kind !== 'container') throw new Error('the stack has a database');
    const { definition, secretEnvironment, revision } = resource.spec;
    const { image, digest } = definition;
    const name = digest === undefined ? image : nameByDigest(image, digest);
    if (!(await docker.image(name))) await docker.pull(name);
    if (!(await docker.network(backendNetwork)))
      await docker.createNetwork(backendNetwork, { project: 'authentik', network: 'backend' });
    await docker.run({ name: databaseContainer, definition, environment: secretEnvironment, revision });
    await whenReady(databaseContainer, installation);
    step('restoring the database');
    await load(docker, await contentOf(copy, 'database.dump', files, key));
    await exchange(docker, (await valueIn(world, layout.env, 'POSTGRES_PASSWORD'))?.reveal());
    await forget(docker);
    // From here on there is an installation, which every command finds.
    const signpost = dirname(runtime.pointer);
    if (!(await files.stat(signpost))) await files.makeDirectory(signpost, 0o755, root);
    await files.write(runtime.pointer, `${layout.config}\n`, 0o644);
    await files.remove(join(layout.root, restoringFile));
  });
}

/** A mail password that lies elsewhere, where it is missing; nothing else of the archive is looked at. */
export async function putOutside({ config, world }: Installation, copy: CopyHere, key: Key | undefined): Promise<void> {
  const { files, tar } = world;
  const path = config.mail?.passwordFile;
  const file = sealedName('outside.tar', copy.manifest.encrypted !== undefined);
  if (path === undefined || !copy.manifest.files[file] || (await files.stat(path))) return;
  const beside = join(config.baseDir, staging);
  await files.removeTree(beside);
  await files.makeDirectory(beside, 0o700, root);
  try {
    await tar.unpack(await contentOf(copy, 'outside.tar', files, key), beside);
    const content = await files.read(join(beside, path));
    if (content === undefined) return;
    if (!(await files.stat(dirname(path)))) await files.makeDirectory(dirname(path), 0o755, root);
    await files.write(path, content, 0o600);
  } finally {
    await files.removeTree(beside);
  }
}

const begunElsewhere = (begun: string, { copy, domain }: Wanted, root: string): Failure =>
  new Failure({
    code: 'flag-invalid',
    problem: `A restore of this copy for ${begun} was interrupted, and ${domain} is another domain.`,
    why: 'Its files are in place already, with the first domain in them.',
    fix: `Finish it: homeauth restore ${copy.path} --domain ${begun}   or begin anew; move it away first:  mv ${root} ${root}.old`,
  });

async function assertFree(paths: readonly string[], files: Runtime['world']['files']): Promise<void> {
  for (const path of paths) {
    const there = await files.stat(path);
    if (!there || (there.type === 'directory' && ((await files.list(path)) ?? []).length === 0)) continue;
    throw new Failure({
      code: 'restore-occupied',
      problem: `${path} is there already, and a restore would make it.`,
      why: 'Nothing of what is there is overwritten. Nothing was changed.',
      fix: `Move it away:  mv ${path} ${path}.old   or name another base directory: --base-dir PATH`,
    });
  }
}

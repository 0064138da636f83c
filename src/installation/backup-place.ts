import { join } from 'node:path/posix';
import { checkRestic, isRelative, resticIn } from '../config/restic.ts';
import type { Layout } from '../desired/layout.ts';
import { record } from '../engine/ledger.ts';
import { decodeEnv } from '../formats/env.ts';
import { octal } from '../kinds/regular-file.ts';
import { Failure } from '../model/failure.ts';
import { Secret } from '../model/secret.ts';
import type { Repository } from '../world/restic.ts';
import type { Runtime } from './command-runtime.ts';
import type { Installation } from './installation.ts';
import { assertChosen } from './trust.ts';

/** Where copies lie: a directory, or a repository of restic. */
export type Place = string | Repository;

/** As people write it. */
export const nameOf = (place: Place): string => (typeof place === 'string' ? place : `restic:${place.address ?? ''}`);

/**
 * Where copies lie: as it was said, else as homeauth.yaml says. `env`: the file behind --restic-env.
 * @throws Failure where that file cannot be used
 */
export async function placeOf(
  given: string | undefined,
  env: string | undefined,
  { config, layout, runtime }: Pick<Installation, 'config' | 'layout' | 'runtime'>,
): Promise<Place> {
  const wanted = given ?? config.backup.to;
  if (resticIn(wanted)) return repositoryOf(wanted, env ?? config.backup.resticEnv, runtime, layout);
  return join(wanted.startsWith('/') ? '' : runtime.cwd, wanted, '.').replace(/(.)\/+$/, '$1');
}

/** Where the copy is that was named: in a repository that is named with it, else where copies lie. */
export const placeOfCopy = (
  copy: string | undefined,
  { from, resticEnv }: { readonly from?: string | undefined; readonly resticEnv?: string | undefined },
  installation: Pick<Installation, 'config' | 'layout' | 'runtime'>,
): Promise<Place> => placeOf(copy !== undefined && resticIn(copy) ? copy : from, resticEnv, installation);

/**
 * A repository with what opens it: the file with restic's variables, homeauth's own environment, or the password that
 * homeauth made. `layout`: of the installation, where there is one.
 */
export async function repositoryOf(
  written: string,
  env: string | undefined,
  runtime: Runtime,
  layout?: Layout,
): Promise<Repository> {
  const { world, cwd } = runtime;
  const refusal = checkRestic(written);
  // A password in it is not repeated.
  if (refusal)
    throw new Failure({ code: 'flag-invalid', ...refusal, problem: `The address after restic: ${refusal.problem}.` });
  const address = resticIn(written)?.address;
  const repository = {
    address: address !== undefined && isRelative(address) ? join(cwd, address) : address,
    environment: env === undefined ? {} : await variablesIn(env, runtime),
  };
  const isOurs = layout && !saysPassword(repository, runtime) && (await world.files.stat(layout.resticPassword));
  return isOurs ? withOurs(repository, layout) : repository;
}

/** Makes the repository; with a password of our own, kept beside the ledger, where nothing says one. */
export async function makeRepository(
  repository: Repository,
  { world, layout, ledger, runtime }: Installation,
): Promise<Repository> {
  let known = repository;
  if (!saysPassword(repository, runtime)) {
    await ledger.save(record(await ledger.read(), [{ id: `file:${layout.resticPassword}`, precious: true }]));
    await world.files.create(layout.resticPassword, `${world.random.alphanumeric(48).reveal()}\n`, 0o600);
    known = withOurs(repository, layout);
  }
  await world.restic.init(known);
  return known;
}

/** Whether it is opened by the password that homeauth made. */
export const isOpenedByOurs = ({ environment }: Repository, { resticPassword }: Layout): boolean =>
  environment['RESTIC_PASSWORD_FILE']?.reveal() === resticPassword;

const withOurs = (repository: Repository, { resticPassword }: Layout): Repository => ({
  ...repository,
  environment: { ...repository.environment, RESTIC_PASSWORD_FILE: new Secret(resticPassword) },
});

const saysPassword = ({ environment }: Repository, { env }: Pick<Runtime, 'env'>): boolean =>
  ['RESTIC_PASSWORD', 'RESTIC_PASSWORD_FILE', 'RESTIC_PASSWORD_COMMAND'].some(
    (name) => name in environment || env[name] !== undefined,
  );

/** Lines NAME=value for restic; also as a shell would read them, with `export`. */
async function variablesIn(path: string, runtime: Runtime): Promise<Repository['environment']> {
  const { files } = runtime.world;
  await assertChosen(path, runtime);
  const [stat, text] = [await files.stat(path), await files.read(path)];
  if (text === undefined || !stat) {
    throw new Failure({
      code: 'file-missing',
      problem: `${path} is not there.`,
      fix: 'Correct the path behind --restic-env, or backup.restic-env in homeauth.yaml.',
    });
  }
  if ((stat.mode & 0o077) !== 0) {
    throw new Failure({
      code: 'restic-env-open',
      problem: `${path} can be read by others than its owner: its mode is ${octal(stat.mode)}.`,
      why: 'Who has the password of the repository and gets to it has every secret.',
      fix: `chmod 600 ${path}`,
    });
  }
  return Object.fromEntries(Object.entries(decodeEnv(text, path)).map(([name, value]) => [name, new Secret(value)]));
}

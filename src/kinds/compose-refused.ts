import type { Explanation } from '../engine/kind.ts';
import type { ComposeRead, ComposeService, ComposeServiceSpec } from '../model/compose-service.ts';
import { exitCodes, Failure } from '../model/failure.ts';
import type { Reason } from '../model/reason.ts';
import { reveal, Secret } from '../model/secret.ts';
import { clause, type Shown } from '../model/shown.ts';

/**
 * Why Compose would make the container of a service another one than it is, beside what homeauth tells it; with `want`
 * also whether that would get there. `now`: the variables that it has.
 */
export function refusalOf(
  read: ComposeRead,
  service: ComposeService,
  now: Readonly<Record<string, string>>,
  want?: ComposeServiceSpec,
): Failure | undefined {
  if (read.is === 'no-compose') return noCompose(service);
  if (read.is === 'unreadable') return unreadable(service);
  const { environment, targets } = read;
  const passed = Object.keys(now).filter((name) => environment[name] === null);
  const unset = [...new Set([...read.unset, ...passed])];
  if (unset.length > 0) return blank(service, unset);
  if (!want) return undefined;
  // What is no secret, its owner may have set otherwise in their own file.
  const secrets = Object.entries(want.environment).filter(([, value]) => value instanceof Secret);
  const overruled = secrets.filter(([name, value]) => environment[name] !== reveal(value)).map(([name]) => name);
  const unmounted = want.mounts.filter(({ target }) => !targets.includes(target));
  if (overruled.length + unmounted.length === 0) return undefined;
  return overruling(service, want, [...overruled, ...unmounted.map(({ target }) => target)]);
}

const refused = (problem: string, why: string, fix: Shown): Failure =>
  new Failure({ code: 'compose-up-refused', problem, why, fix });

const instead = 'Or delete  up: true  in homeauth.yaml, and run docker compose up -d there yourself.';

const noCompose = ({ name }: ComposeService): Failure =>
  refused(
    `There is no Compose v2 on this server that could make the container of ${name} anew.`,
    'homeauth looked for docker compose, and for docker-compose.',
    [
      'Install it: the package is called docker-compose-plugin or docker-compose-v2. Then run the command again.',
      instead,
    ],
  );

const unreadable = ({ name, directory }: ComposeService): Failure =>
  refused(
    `Compose cannot read the files of ${name} in ${directory}.`,
    'What it says is not shown here, because it may quote a secret. Nothing was run.',
    [
      `See what it says:  cd ${directory} && docker compose config --quiet`,
      'Correct that, then run the command again.',
    ],
  );

const blank = ({ name, directory }: ComposeService, unset: readonly string[]): Failure =>
  refused(
    `The compose file in ${directory} uses variables that have no value now: ${unset.join(', ')}.`,
    `Whoever started ${name} had them in the shell. Compose would leave them blank, and ${name} could start with another folder or other settings. homeauth does not pass its own variables on; ~ in a path needs HOME. Nothing was run.`,
    [`Write a line NAME=value for each into ${directory}/.env, then run the command again.`, instead],
  );

const overruling = (
  { name, files }: ComposeService,
  { override, envFile, mounts }: ComposeServiceSpec,
  names: readonly string[],
): Failure =>
  refused(
    `With the files that Compose reads for ${name}, its container would not get: ${names.join(', ')}.`,
    `Either ${override} has lost the lines of homeauth, or another of the files sets that, too. Nothing was run.`,
    [
      `See that ${override} has, below ${name}:  env_file: [${envFile}]${mounts.map(({ source, target }) => `  and  volumes: ["${source}:${target}:ro"]`).join('')}`,
      `Take what has one of these names out of ${files.filter((file) => file !== override).join(', ')}. Then run the command again.`,
    ],
  );

/** Compose read the files a moment before, so that it quotes none of them. */
export const upFailed = ({ name, directory }: ComposeService, said: readonly string[]): Failure =>
  new Failure({
    code: 'compose-up-failed',
    problem: `docker compose up -d ${name} failed in ${directory}.`,
    details: ['Compose says:', ...said.map((line) => line.trim())],
    fix: [
      `See the whole of it:  cd ${directory} && docker compose up -d ${name}`,
      'Put it right, then run the command again: it goes on where it stopped.',
    ],
    exit: exitCodes.halfway,
  });

export const notStayed = (
  { name, directory }: ComposeService,
  { says }: Reason,
  known: Explanation | undefined,
): Failure =>
  new Failure({
    code: 'compose-up-failed',
    problem: `The container of ${name} was made anew in ${directory}, and does not run: ${clause(says)}.`,
    ...(known && { details: known.details }),
    fix: known?.fix ?? [
      `See the whole of its log:  cd ${directory} && docker compose logs --tail 50 ${name}`,
      'Put it right, then run the command again: it goes on where it stopped.',
    ],
    exit: exitCodes.halfway,
  });

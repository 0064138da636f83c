import type { Explanation } from '../engine/kind.ts';
import type { ComposeRead, ComposeService, ComposeServiceSpec } from '../model/compose-service.ts';
import { exitCodes, Failure } from '../model/failure.ts';
import type { Reason } from '../model/reason.ts';
import { reveal, Secret } from '../model/secret.ts';
import { clause, type Shown } from '../model/shown.ts';
import { type Now, otherwise } from './compose-changes.ts';
import { composeCommand } from './compose-command.ts';

/**
 * Why Compose would make the container of a service another one than it is, beside what homeauth tells it; with `want`
 * also whether that would get there. `now`: what is there, if anything is.
 */
export function refusalOf(
  read: ComposeRead,
  service: ComposeService,
  now: Now | undefined,
  want?: ComposeServiceSpec,
): Failure | undefined {
  if (read.is === 'no-compose') return noCompose(service);
  if (read.is === 'unreadable') return unreadable(service);
  const { environment = {}, mounts = [] } = read.service ?? {};
  const passed = Object.keys(now?.environment ?? {}).filter((name) => environment[name] === null);
  const unset = [...new Set([...read.unset, ...passed])];
  if (unset.length > 0) return blank(service, unset);
  if (!read.service) return notInFiles(service);
  const projects = now?.projects ?? [];
  if (projects.length > 1) return severalProjects(service, projects);
  if (now && now.running > read.service.scale) return fewer(service, now.running, read.service.scale);
  const changes = now ? otherwise(read.service, now) : [];
  if (changes.length > 0) return another(service, changes);
  if (!want) return undefined;
  // What is no secret, its owner may have set otherwise in their own file.
  const secrets = Object.entries(want.environment).filter(([, value]) => value instanceof Secret);
  const overruled = secrets.filter(([name, value]) => environment[name] !== reveal(value)).map(([name]) => name);
  const unmounted = want.mounts.filter(({ target }) => !mounts.some((one) => one.target === target));
  if (overruled.length + unmounted.length === 0) return undefined;
  return overruling(service, want, [...overruled, ...unmounted.map(({ target }) => target)]);
}

const refused = (problem: string, why: string, fix: Shown): Failure =>
  new Failure({ code: 'compose-up-refused', problem, why, fix });

const instead =
  'Or run docker compose up -d there yourself: homeauth leaves that to you without --compose-up, or without  up: true  in homeauth.yaml.';

const noCompose = ({ name }: ComposeService): Failure =>
  refused(
    `There is no Compose v2 on this server that could make the container of ${name} anew.`,
    'homeauth looked for docker compose, and for docker-compose.',
    [
      'Install it: the package is called docker-compose-plugin or docker-compose-v2. Then run the command again.',
      instead,
    ],
  );

const unreadable = (service: ComposeService): Failure =>
  refused(
    `Compose cannot read the files of ${service.name} in ${service.directory}: ${service.files.join(', ')}.`,
    'What it says is not shown here, because it may quote a secret. Nothing was run.',
    [
      `See what it says:  ${composeCommand(service)} config --quiet`,
      `Correct that, then run the command again. Where one of these files has another name or place now, first run  docker compose up -d ${service.name}  there once yourself, and correct  compose-override  in homeauth.yaml.`,
    ],
  );

const notInFiles = (service: ComposeService): Failure =>
  refused(
    `${service.files.join(', ')} has no service ${service.name}.`,
    `The container was made by these files, as its labels say. ${service.name} has another name there since, or these are other files: a program that runs Compose in its own container (such as Portainer) names paths of that container. Nothing was run.`,
    [
      `Where it has another name: make its container anew yourself, and write that name as  service:  in homeauth.yaml:  ${composeCommand(service)} up -d NAME`,
      'Otherwise leave out --compose-up, or  up: true  in homeauth.yaml, and make the container anew with the program that made it.',
    ],
  );

const severalProjects = ({ name, directory }: ComposeService, projects: readonly string[]): Failure =>
  refused(
    `${name} in ${directory} runs in more than one Compose project: ${projects.join(', ')}.`,
    'All of them read the same files, and homeauth cannot tell which of them is meant. Nothing was run.',
    ['Stop the container of the other one, then run the command again.', instead],
  );

const fewer = ({ name, directory }: ComposeService, running: number, scale: number): Failure =>
  refused(
    `${running} containers of ${name} run, and its files in ${directory} say ${scale}.`,
    'Compose would remove the others. Nothing was run.',
    [`Write  scale: ${running}  below ${name} in its compose file, then run the command again.`, instead],
  );

const another = (service: ComposeService, changes: readonly string[]): Failure =>
  refused(
    `With what its files say now, ${service.name} would get another image or other data: ${changes.join('; ')}.`,
    `Either the files have changed since its container was made, a newer build of the image was fetched, or whoever started it had variables in the shell. homeauth leaves such a step to you: an app without its folder starts empty, and a newer one may change its data for good. Nothing was run.`,
    [
      `If that is right:  ${composeCommand(service)} up -d ${service.name}`,
      `If not, put it right in its compose file or in ${service.directory}/.env. Then run the command again.`,
      instead,
    ],
  );

const blank = ({ name, directory }: ComposeService, unset: readonly string[]): Failure =>
  refused(
    `The compose file in ${directory} uses variables that have no value now: ${unset.join(', ')}.`,
    `Whoever started ${name} may have had them in the shell. Compose would leave them blank, and ${name} could start with another folder or other settings. homeauth does not pass its own variables on; ~ in a path needs HOME. Nothing was run.`,
    [
      `Write a line NAME=value for each into ${directory}/.env (NAME= for one that is to be blank), then run the command again.`,
      instead,
    ],
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
export const upFailed = (service: ComposeService, said: readonly string[]): Failure =>
  new Failure({
    code: 'compose-up-failed',
    problem: `docker compose up -d ${service.name} failed in ${service.directory}.`,
    details: ['Compose says:', ...said.map((line) => line.trim())],
    fix: [
      `See the whole of it:  ${composeCommand(service)} up -d ${service.name}`,
      'Put it right, then run the command again: it goes on where it stopped.',
    ],
    exit: exitCodes.halfway,
  });

export const notStayed = (service: ComposeService, { says }: Reason, known: Explanation | undefined): Failure =>
  new Failure({
    code: 'compose-up-failed',
    problem: `The container of ${service.name} was made anew in ${service.directory}, and does not run: ${clause(says)}.`,
    ...(known && { details: known.details }),
    fix: known?.fix ?? [
      `See the whole of its log:  ${composeCommand(service)} logs --tail 50 ${service.name}`,
      'Put it right, then run the command again: it goes on where it stopped.',
    ],
    exit: exitCodes.halfway,
  });

import { causesIn } from '../../model/cause.ts';
import { exitCodes, Failure } from '../../model/failure.ts';
import { nameByDigest } from '../../model/image-name.ts';
import { composeLabel } from '../../model/label.ts';
import type { Api } from './api.ts';
import { containerPath, inspectContainer } from './containers.ts';
import { aliasesOn, createBody } from './create-body.ts';
import type { NewContainer } from './docker.ts';
import { networkPath } from './networks.ts';
import { inspectImage } from './pull.ts';
import { Refusal, tolerating } from './refusal.ts';

/** How long a container may take to end by itself, in seconds: a database writes its memory to disk. */
const grace = 30;

/**
 * Makes a container on its first network, joins the others, starts it. Where it does not start it is left as it is: the
 * next run finds it and starts it.
 */
export async function runContainer(api: Api, container: NewContainer): Promise<void> {
  const { name, definition } = container;
  const { image: reference, digest } = definition;
  const image = await inspectImage(api, digest === undefined ? reference : nameByDigest(reference, digest));
  if (!image) {
    throw new Failure({
      code: 'image-missing',
      problem: `The image ${definition.image} is not here, so ${name} cannot be made.`,
      fix: 'Run the same command again: it fetches the image first.',
      exit: exitCodes.halfway,
    });
  }
  try {
    await api.touch('POST', '/containers/create', { query: { name }, body: createBody(container, image.id) });
  } catch (error) {
    throw error instanceof Refusal && error.status === 409 ? await nameTaken(api, name) : startFailure(name, error);
  }
  for (const network of definition.networks.slice(1)) {
    await connectContainer(api, name, network.name, aliasesOn(network, definition));
  }
  await startContainer(api, name);
}

export async function startContainer(api: Api, name: string): Promise<void> {
  await api.touch('POST', containerPath(name, '/start')).catch((error: unknown) => {
    throw startFailure(name, error);
  });
}

export async function connectContainer(
  api: Api,
  container: string,
  network: string,
  aliases: readonly string[],
): Promise<void> {
  const body = { Container: container, EndpointConfig: { Aliases: aliases } };
  await api.touch('POST', networkPath(network, '/connect'), { body });
}

export async function disconnectContainer(api: Api, container: string, network: string): Promise<void> {
  await api.touch('POST', networkPath(network, '/disconnect'), { body: { Container: container } });
}

/** Stops it politely, and starts it again. */
export async function restartContainer(api: Api, name: string): Promise<void> {
  await api.touch('POST', containerPath(name, '/restart'), { query: { t: grace } });
}

/** Stops it politely, then removes it, with no data but what it wrote into itself. */
export async function removeContainer(api: Api, name: string): Promise<void> {
  const already = [304, 404, 409];
  await tolerating(already, api.touch('POST', containerPath(name, '/stop'), { query: { t: grace } }));
  await tolerating(already, api.touch('DELETE', containerPath(name, ''), { query: { force: true, v: false } }));
}

async function nameTaken(api: Api, name: string): Promise<Failure> {
  const holder = await inspectContainer(api, name);
  const project = holder?.labels[composeLabel.project];
  return new Failure({
    code: 'name-taken',
    problem: `There is a container ${name} already.`,
    ...(holder && {
      why: `It runs ${holder.image}${project ? `, and belongs to the Compose project ${project}` : ''}.`,
    }),
    fix: `Rename it:  docker rename ${name} ${name}-old   then run the same command again.`,
    exit: exitCodes.halfway,
  });
}

/** Turns the engine's refusal to make or to start a container into words that help. Other errors pass through. */
export function startFailure(name: string, error: unknown): unknown {
  if (!(error instanceof Refusal)) return error;
  const { words } = error;
  const exit = exitCodes.halfway;
  if (/address already in use|port is already allocated/.test(words)) return portTaken(name, words);
  const mount = /bind source path does not exist: (.*)/.exec(words)?.[1];
  if (mount !== undefined) {
    return new Failure({
      code: 'mount-missing',
      problem: `${name} mounts ${mount}, which does not exist.`,
      why: 'It was removed, or its dataset is not mounted.',
      fix: 'Mount it, or run  homeauth apply  to have it made.',
      exit,
    });
  }
  const cause = causesIn(words)[0];
  return new Failure({
    code: 'container-start',
    problem: `Docker cannot start ${name}.`,
    ...(cause && { why: cause.means }),
    details: words,
    fix: cause?.fix ?? 'Correct what Docker names, then run the same command again.',
    exit,
  });
}

function portTaken(name: string, words: string): Failure {
  const port = /(?:\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]*\]):(\d+)/i.exec(words)?.[1];
  return new Failure({
    code: 'port-taken',
    problem: `${name} needs port ${port ?? 'that is in use'} of this machine, and something else has it.`,
    details: words,
    fix: port
      ? `See who:  ss -ltnp 'sport = :${port}'   and  docker ps --filter publish=${port}   then stop that one.`
      : 'See who listens:  ss -ltnp   then stop that one.',
    exit: exitCodes.halfway,
  });
}

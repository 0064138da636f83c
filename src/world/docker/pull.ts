import type { Readable } from 'node:stream';
import { type Api, collect, isLost, lostAnswer } from './api.ts';
import type { Environment } from './client-config.ts';
import { loginFor } from './credentials.ts';
import type { ImageDetails, PullProgress } from './docker.ts';
import { asLookUpFailure, asPullFailure, pullFailure } from './pull-failure.ts';

/** An image that the engine has. */
export async function inspectImage(api: Api, reference: string): Promise<ImageDetails | undefined> {
  type Answer = { readonly Id: string; readonly RepoDigests?: readonly string[] | null };
  const found = await api.look<Answer>(`/images/${encodeURI(reference)}/json`);
  return found && { id: found.Id, digests: found.RepoDigests ?? [] };
}

/**
 * What an image's registry has by this name now, asked with the login that the user has there.
 * @throws Failure as `pullImage` does
 */
export async function digestInRegistry(api: Api, reference: string, env: Environment): Promise<string> {
  const login = await loginFor(reference, env);
  const path = `/distribution/${encodeURI(named(reference))}/json`;
  const answer = await api.open('GET', path, { ...(login && { authconfig: login }) }).catch((error: unknown) => {
    throw asLookUpFailure(reference, error);
  });
  type Found = { readonly Descriptor: { readonly digest: string } };
  return (JSON.parse((await collect(answer)).toString()) as Found).Descriptor.digest;
}

/**
 * Fetches an image, with the login that the user has for its registry.
 * @throws Failure `image-not-found`, `registry-unreachable`, `registry-denied`, `disk-full`, else `pull-failed`
 */
export async function pullImage(
  api: Api,
  reference: string,
  env: Environment,
  onPull: (progress: PullProgress) => void,
): Promise<void> {
  const login = await loginFor(reference, env);
  const path = '/images/create';
  const stream = await api
    .open('POST', path, { query: { fromImage: named(reference) }, ...(login && { authconfig: login }) })
    .catch((error: unknown) => {
      throw asPullFailure(reference, error);
    });
  const count = layerCounter();
  try {
    for await (const line of jsonLines(stream)) {
      // Errors come in the middle of an answer that began with 200.
      const words = line.errorDetail?.message ?? line.error;
      if (words !== undefined) throw pullFailure(reference, words);
      const bytes = count(line);
      if (bytes) onPull({ reference, ...bytes });
    }
  } catch (error) {
    throw isLost(error) ? lostAnswer({ method: 'POST', path }, error) : error;
  }
  if (!(await inspectImage(api, reference))) {
    throw lostAnswer({ method: 'POST', path }, new Error('The stream ended before the image was there.'));
  }
}

/** Without a tag the engine would fetch every one that there is. */
function named(reference: string): string {
  const last = reference.slice(reference.lastIndexOf('/') + 1);
  return /[:@]/.test(last) ? reference : `${reference}:latest`;
}

async function* jsonLines(stream: Readable): AsyncGenerator<PullLine> {
  let text = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
  }
}

/** A line of the engine's answer to a pull. */
interface PullLine {
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string };
}

/** Adds up what is known of an image's layers; undefined for a line that tells nothing about bytes. */
function layerCounter(): (line: PullLine) => { done: number; total: number } | undefined {
  const layers = new Map<string, { done: number; total: number }>();
  return ({ id, status, progressDetail: detail }) => {
    if (id === undefined) return undefined;
    const known = layers.get(id);
    if (status === 'Downloading' && detail?.total) {
      layers.set(id, { done: detail.current ?? 0, total: detail.total });
    } else if (status === 'Download complete' && known) {
      layers.set(id, { ...known, done: known.total });
    } else {
      return undefined;
    }
    const all = [...layers.values()];
    return {
      done: all.reduce((sum, layer) => sum + layer.done, 0),
      total: all.reduce((sum, layer) => sum + layer.total, 0),
    };
  };
}

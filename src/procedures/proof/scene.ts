import type { Config } from '../../config/schema.ts';
import type { ProxyFacts } from '../../desired/facts.ts';
import { proxyNetwork } from '../../desired/layout.ts';
import { patience } from '../../engine/patience.ts';
import { Failure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import type { ContainerDetails } from '../../world/docker/docker.ts';
import type { HttpAnswer, HttpRequest, World } from '../../world/world.ts';

/** Where proofs knock: at Caddy itself, whatever names resolve to; by name where the proxy is the user's own affair. */
export interface Entrance {
  readonly container?: string;
  readonly via?: { readonly host: string; readonly port: number };
  /** Caddy's own authority, where it has one, as PEM. */
  readonly authority?: string;
}

/** What every proof needs. */
export interface Scene {
  readonly world: Pick<World, 'http' | 'docker' | 'host' | 'clock' | 'random'>;
  readonly config: Config;
  readonly entrance: Entrance;
}

/** Finds the way in, or why there is none. */
export async function findEntrance(world: Pick<World, 'docker'>, proxy: ProxyFacts): Promise<Entrance | Finding> {
  if (proxy.is === 'manual') return {};
  const container = proxy.is === 'existing' ? proxy.container : 'caddy';
  const details = await world.docker.container(container);
  const via = details?.running ? await world.docker.dialAddress(container, 443, proxyNetwork) : undefined;
  if (!details || !via) return closed(container, details);
  const authority = await world.docker.readFile(container, rootOf(details));
  return { container, via, ...(authority !== undefined && { authority }) };
}

/** Where Caddy keeps the certificate of its own authority. */
export function rootOf({ environment }: Pick<ContainerDetails, 'environment'>): string {
  const data = environment['XDG_DATA_HOME'] ?? `${environment['HOME'] ?? '/root'}/.local/share`;
  return `${data}/caddy/pki/authorities/local/root.crt`;
}

export const isEntrance = (found: Entrance | Finding): found is Entrance => !('status' in found);

function closed(container: string, details: ContainerDetails | undefined): Finding {
  const common = { id: 'caddy-running', status: 'fail', title: 'Caddy can be asked' } as const;
  if (!details) return { ...common, cause: `There is no container ${container}.`, fix: 'homeauth apply' };
  if (!details.running) {
    return { ...common, cause: `Caddy's container ${container} does not run.`, fix: `docker start ${container}` };
  }
  return {
    ...common,
    cause: `Caddy's container ${container} is not on the network ${proxyNetwork}.`,
    fix: `docker network connect ${proxyNetwork} ${container}`,
  };
}

/** One request to Caddy; a Failure where nothing answers, which a proof tells instead of throwing it. */
export function knock(
  { world, entrance: { via, authority } }: Scene,
  request: Pick<HttpRequest, 'url' | 'headers' | 'http2'>,
): Promise<HttpAnswer | Failure> {
  const way = { ...(via && { via }), ...(authority !== undefined && { authority }) };
  return world.http.dial({ ...request, ...way }).catch((error: unknown) => {
    if (error instanceof Failure) return error;
    throw error;
  });
}

/** What a judgement on one answer comes to. `later`: it may come right by itself within seconds. */
export type Verdict =
  | { readonly is: 'right'; readonly answer: string }
  | {
      readonly is: 'wrong';
      readonly answer: string;
      readonly cause: string;
      readonly fix: string;
      readonly later?: true;
    };

/** Ask until the answer is right, or cannot come right by itself, or the same for `usual` ms. */
export async function until({ world: { clock } }: Scene, usual: number, ask: () => Promise<Verdict>): Promise<Verdict> {
  const waited = patience(clock);
  for (;;) {
    const verdict = await ask();
    if (verdict.is === 'right' || !verdict.later) return verdict;
    const { elapsed, limit } = waited('answer', usual, [verdict.answer]);
    if (elapsed >= limit) return verdict;
    await clock.sleep(1000);
  }
}

export function findingOf(id: string, title: string, verdict: Verdict): Finding {
  if (verdict.is === 'right') return { id, status: 'ok', title, answer: verdict.answer };
  const { answer, cause, fix } = verdict;
  return { id, status: 'fail', title, answer, cause, fix };
}

import type { Config } from '../config/config.ts';
import { patience } from '../engine/patience.ts';
import { asFailure, type Failure, type Issue } from '../model/failure.ts';
import { type Finding, ok, wrong } from '../model/finding.ts';
import type { Client } from '../model/sso.ts';
import type { Entrance } from '../proxy/proxy.ts';
import type { HttpAnswer, HttpRequest, World } from '../world/world.ts';

/** What every proof needs. */
export interface ProbeContext {
  readonly world: Pick<World, 'http' | 'ldap' | 'docker' | 'host' | 'clock' | 'random'>;
  readonly config: Config;
  readonly entrance: Entrance;
  /** What the apps that ask authentik by themselves are known by there. */
  readonly clients?: Readonly<Record<string, Client>>;
}

/** One request to Caddy; a Failure where nothing answers, which a proof tells instead of throwing it. */
export function sendProbe(
  { world, entrance: { via, authority } }: ProbeContext,
  request: Pick<HttpRequest, 'url' | 'method' | 'headers' | 'body' | 'http2'>,
): Promise<HttpAnswer | Failure> {
  const way = { ...(via && { via }), ...(authority !== undefined && { authority }) };
  return world.http.dial({ ...request, ...way }).catch(asFailure);
}

/** What a judgement on one answer comes to. `later`: it may come right by itself within seconds. */
export type Verdict =
  | { readonly is: 'right'; readonly answer: string }
  | { readonly is: 'wrong'; readonly answer: string; readonly issue: Omit<Issue, 'code'>; readonly later?: true };

/** Ask until the answer is right, or cannot come right by itself, or the same for `usual` ms. */
export async function until(
  { world: { clock } }: ProbeContext,
  usual: number,
  ask: () => Promise<Verdict>,
): Promise<Verdict> {
  const waited = patience(clock);
  for (;;) {
    const verdict = await ask();
    if (verdict.is === 'right' || !verdict.later) return verdict;
    const { elapsed, limit } = waited('answer', usual, [{ key: verdict.answer, says: verdict.answer }]);
    if (elapsed >= limit) return verdict;
    await clock.sleep(1000);
  }
}

export function findingOf(id: string, title: string, verdict: Verdict): Finding {
  const about = { id, title, answer: verdict.answer };
  return verdict.is === 'right' ? ok(about) : wrong(about, 'fail', verdict.issue);
}

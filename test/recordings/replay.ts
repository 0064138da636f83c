import { setTimeout as sleep } from 'node:timers/promises';
import type { Exchange } from './exchange.ts';
import type { Names } from './names.ts';
import { type Answer, send } from './send.ts';
import { differences } from './shape.ts';

export interface Mismatch {
  exchange: string;
  found: string[];
}

/** Sends one recorded request under this run's names and says how the answer differs. */
async function play(origin: string, names: Names, one: Exchange): Promise<string[]> {
  const { request } = one;
  const sent = names.translate({ ...request, body: names.codes.translate(request.body, one.t) });
  const actual = await send(origin, { ...sent, ...names.numbers(sent) });
  const recorded = answerOf(one);
  names.learn(recorded, actual, request.path);
  return differences(names.translate(recorded), actual);
}

const answerOf = ({ response }: Exchange): Answer => ({
  status: response.status ?? 0,
  headers: response.headers ?? {},
  body: response.body ?? '',
});

/**
 * The middle of the time until the next request: that is when the recorded server was busy with this one. It had
 * its answer long before where the recorder paused.
 */
const middle = (one: Exchange, next: Exchange | undefined): number =>
  one.t + Math.min(0.2, Math.max(0, (next?.t ?? one.t) - one.t)) / 2;

/** Plays exchanges in order, `clock` telling their time. Where the recording pauses for a second or more, `settle` waits for what goes on behind. */
export async function replay(
  origin: string,
  names: Names,
  exchanges: readonly Exchange[],
  settle: () => Promise<void>,
  clock: (t: number) => void = () => {},
): Promise<Mismatch[]> {
  const wrong: Mismatch[] = [];
  let before = exchanges[0]?.t ?? 0;
  for (const [index, one] of exchanges.entries()) {
    if (one.t - before > 1) await settle();
    before = one.t;
    clock(middle(one, exchanges[index + 1]));
    const found = await play(origin, names, one);
    if (found.length > 0) wrong.push({ exchange: label(one), found });
  }
  return wrong;
}

/** Plays a log of changes: each request again and again until it answers as recorded. */
export async function replayUntil(
  origin: string,
  names: Names,
  exchanges: readonly Exchange[],
  { limit, pass = sleep }: { readonly limit: number; readonly pass?: (ms: number) => Promise<unknown> },
): Promise<Mismatch[]> {
  const wrong: Mismatch[] = [];
  for (const one of exchanges) {
    let found = await play(origin, names, one);
    for (let waited = 0; waited < limit && found.length > 0 && isLook(one); waited += step) {
      await pass(step);
      found = await play(origin, names, one);
    }
    if (found.length > 0) wrong.push({ exchange: label(one), found });
  }
  return wrong;
}

/** How long between two looks, in ms. */
const step = 15;

const isLook = ({ request }: Exchange): boolean => /^(GET|HEAD)$/.test(request.method);

const label = ({ file, line, request, note }: Exchange): string =>
  `${file}:${line} ${request.method} ${request.path.slice(0, 90)} (${note.slice(0, 70)})`;

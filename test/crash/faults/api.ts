import { setTimeout as sleep } from 'node:timers/promises';
import { connectAuthentik } from '../../../src/world/authentik/client.ts';
import type { Fault, Seen, StandinOptions } from '../../standin/index.ts';
import type { Trial } from '../trial.ts';
import { afterFault, type Errand, wholeErrand } from './fault.ts';

/** Longer than a request may take in these trials, in ms. */
const late = 6000;
/** Without a sign of life; with them, ten times as long. */
const silence = 400;

/** What authentik, or the way to it, may do to any request. `on`: where it can come at all. */
const faults: Readonly<Record<string, Fault & { readonly on?: 'POST' }>> = {
  'the line breaks, carried out': { kind: 'drop', commit: true },
  'the line breaks, not carried out': { kind: 'drop', commit: false },
  'no answer in time, carried out': { kind: 'delay', ms: late },
  'an empty 405, carried out': { kind: 'crash', commit: true },
  'an empty 405, not carried out': { kind: 'crash', commit: false },
  '502, carried out': { kind: 'recycled', commit: true },
  '502, not carried out': { kind: 'recycled', commit: false },
  '500, carried out': { kind: 'answer', commit: true, status: 500, body: { detail: 'Server error' } },
  '500, not carried out': { kind: 'answer', commit: false, status: 500, body: { detail: 'Server error' } },
  '503 with Retry-After': { kind: 'status', status: 503, retryAfter: 1 },
  '429 with Retry-After': { kind: 'status', status: 429, retryAfter: 1 },
  'an answer cut short': { kind: 'truncate' },
  '403, the token has ended': { kind: 'answer', commit: false, status: 403, body: { detail: 'Token invalid/expired' } },
  '400 unique, it is there': {
    kind: 'answer',
    commit: true,
    status: 400,
    body: { name: ['This field must be unique.'] },
    on: 'POST',
  },
};

export interface ApiFault {
  readonly sort: string;
  readonly nth: number;
  readonly name: string;
}

const isApi = ({ method, path }: Pick<Seen, 'method' | 'path'>) =>
  path.startsWith('/api/v3/') && !path.includes('/flows/executor/') && method !== 'HEAD';
const sortOf = ({ method, path }: Pick<Seen, 'method' | 'path'>) =>
  `${method} ${path.replace(/\?.*/, '').replace(/\/\d+\/|\/[0-9a-f-]{30,}\//g, '/#/')}`;

/** Each kind of request, the first time it is made; of what changes something, every one of them. */
export async function apiFaults(errand: Errand) {
  const { state, requests } = await wholeErrand(errand);
  const seen = new Map<string, number>();
  const faultable = requests.filter(isApi).flatMap((request) => {
    const sort = sortOf(request);
    const nth = (seen.get(sort) ?? 0) + 1;
    seen.set(sort, nth);
    return nth === 1 || request.method !== 'GET' ? [{ sort, nth }] : [];
  });
  const all = faultable.flatMap((point) =>
    Object.entries(faults).flatMap(([name, { on }]): ApiFault[] =>
      on === undefined || point.sort.startsWith(on) ? [{ ...point, name }] : [],
    ),
  );
  return { state, all };
}

/** How often it is tried to get to a fault: on a busy machine a run may end before it comes to that. */
const tries = 3;

export async function meetApiFault(
  errand: Errand,
  state: Awaited<ReturnType<typeof apiFaults>>['state'],
  met: ApiFault,
): Promise<Trial> {
  for (let n = 1; ; n++) {
    const { hits, place, wrong } = await meetOnce(errand, state, met);
    if (hits === 1) return { place, wrong };
    if (n === tries) return { place, wrong: [`it was met ${hits} times`, ...wrong] };
  }
}

async function meetOnce(
  errand: Errand,
  state: Awaited<ReturnType<typeof apiFaults>>['state'],
  { sort, nth, name }: ApiFault,
): Promise<Trial & { readonly hits: number }> {
  let count = 0;
  let hits = 0;
  let isOver = false;
  let isLate: Promise<true> | undefined;
  const fault: StandinOptions['fault'] = (request) => {
    if (isOver || !isApi(request) || sortOf(request) !== sort || ++count !== nth) return undefined;
    hits++;
    const met = faults[name];
    if (met?.kind === 'delay') isLate = sleep(met.ms + 200, true);
    return met;
  };
  const fake = await errand.from({ standin: { fault } });
  try {
    const first = await errand.run(fake, { connect: (options) => connectAuthentik({ ...options, timeout: silence }) });
    // The next run is one that nothing happens to.
    isOver = true;
    const place = `${errand.name}, ${name}, at ${sort} (${nth}): ${first.failure?.code ?? 'got over'}`;
    // What is carried out after homeauth has gone is put right by the next run.
    return { place, wrong: await afterFault(errand, fake, first, state, await isLate), hits };
  } finally {
    await fake.close();
  }
}

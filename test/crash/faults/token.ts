import { type Call, gated } from '../../fakes/gate.ts';
import { inDatabase } from '../../fakes/people.ts';
import type { State } from '../../standin/state.ts';
import type { Trial } from '../trial.ts';
import { disturbed, type Errand, wholeErrand } from './fault.ts';

/** How homeauth's own token comes to an end, and how its owner gives it back. */
const ends: Readonly<Record<string, (state: State) => (later: State) => void>> = {
  'is deleted': (state) => {
    const gone = state.tokens.filter(({ identifier }) => identifier === 'homeauth');
    state.tokens = state.tokens.filter(({ identifier }) => identifier !== 'homeauth');
    return (later) => void later.tokens.push(...gone);
  },
  'loses its owner': (state) => {
    for (const user of state.users) if (user.username === 'homeauth') user.is_active = false;
    return (later) => {
      for (const user of later.users) if (user.username === 'homeauth') user.is_active = true;
    };
  },
};

export interface TokenEnd {
  readonly how: string;
  /** The change in authentik before which it comes. */
  readonly nth: number;
}

const isTouch = ({ adapter, changes }: Call) => adapter === 'authentik' && changes;

/** At every change that an errand makes in authentik with that token. */
export async function tokenEnds(errand: Errand) {
  let count = 0;
  let first = 1;
  const { state } = await wholeErrand(errand, (fake) =>
    gated(fake, (call, work) => {
      if (isTouch(call)) count += 1;
      // From here on it is no longer the bootstrap token's turn.
      if (call.name.startsWith('authentik.remove core/tokens')) first = count + 1;
      return work();
    }),
  );
  const moments = Array.from({ length: count - first + 1 }, (_, i) => first + i);
  return { state, all: moments.flatMap((nth) => Object.keys(ends).map((how): TokenEnd => ({ how, nth }))) };
}

export async function meetTokenEnd(
  errand: Errand,
  state: Awaited<ReturnType<typeof tokenEnds>>['state'],
  { how, nth }: TokenEnd,
): Promise<Trial> {
  let giveBack: ((state: State) => void) | undefined;
  const { trial, first } = await disturbed(errand, state, {
    what: `the token ${how}`,
    meets: isTouch,
    nth,
    async happen(fake) {
      giveBack = await inDatabase(fake, ends[how] as (typeof ends)[string]);
    },
    async putRight(fake) {
      if (giveBack) await inDatabase(fake, giveBack);
    },
  });
  const isNamed = first.failure?.code.startsWith('token-') ?? false;
  return isNamed ? trial : { ...trial, wrong: ['it does not say that it is about the token', ...trial.wrong] };
}

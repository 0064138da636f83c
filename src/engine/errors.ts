import type { Change } from '../model/change.ts';
import { exitCodes, Failure } from '../model/failure.ts';
import { inWords } from '../model/reason.ts';
import { parseId } from '../model/resource.ts';
import { clause, linesOf } from '../model/shown.ts';
import type { World } from '../world/world.ts';
import { type Kind, type Kinds, named } from './kind.ts';
import type { Wait } from './patience.ts';

/** Something is still wrong and homeauth may not, or cannot, put it right. `wait`: what waiting for it came to. */
export async function notReady(
  kinds: Kinds,
  world: World,
  change: Change,
  code = 'still-wrong',
  wait?: Wait,
): Promise<Failure> {
  const { kind, key } = parseId(change.id);
  const { hint, explain } = kinds[kind] as Kind<unknown>;
  const known = await explain?.(key, world).catch(() => undefined);
  return new Failure({
    code,
    problem: `${named(change.id, kinds)} is not right: ${inWords(change.because)}.`,
    why: `${wait ? `It was waited for ${waitedFor(wait)} ` : ''}The same command, run again, goes on from here.`,
    ...(known && { details: known.details }),
    fix: known?.fix ?? hint(key),
    exit: exitCodes.halfway,
  });
}

const waitedFor = ({ elapsed, last }: Wait): string =>
  `${Math.round(elapsed / 1000)} s, and the last that was new about it is: ${clause(last)}.`;

/** A thing of the same name is there, and homeauth did not make it. */
export function notOurs(kinds: Kinds, change: Change): Failure {
  const { kind, key } = parseId(change.id);
  return new Failure({
    code: 'not-ours',
    problem: `${named(change.id, kinds)} is there already, and homeauth did not make it.`,
    why: `homeauth would have to change it: ${inWords(change.because)}. It was left as it is.`,
    fix: kinds[kind].hint(key),
  });
}

export const interrupted = (left: string, leaves: 'work' | 'nothing' = 'work'): Failure =>
  new Failure({
    code: 'interrupted',
    problem: `Stopped, as you asked, ${left}.`,
    fix:
      leaves === 'work'
        ? 'Run the same command again: it goes on from here.'
        : 'What was begun is removed. Run the same command again when you like: it starts anew.',
    exit: exitCodes.interrupted,
  });

/** What would have kept a command from starting, once something was changed already. */
export function halfway(failure: Failure): Failure {
  if (failure.exit !== exitCodes.couldNotStart) return failure;
  const { why, cause } = failure;
  const stays = 'What was done until then stays, and the same command goes on from there.';
  return new Failure(
    { ...failure, why: why === undefined ? stays : [...linesOf(why), stays], exit: exitCodes.halfway },
    { cause },
  );
}

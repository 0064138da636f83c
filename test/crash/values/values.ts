import { seeded } from '../../config/random.ts';
import type { Tally } from '../trials.ts';
import { composeReads, type Environment, projectOf } from './compose.ts';
import { drawChoice, renderedEnv, unequal } from './mail.ts';

/** How many env files the real Compose is given at once. */
const batch = 250;

/**
 * So many random values, four to an environment: through homeauth.yaml and our env file to the real Compose, to a
 * container's environment where `made` tells it, and to our own reader.
 */
export async function readValues(
  count: number,
  seed: number,
  say: (line: string) => void,
  made?: (envFiles: readonly string[]) => Promise<readonly Environment[]>,
): Promise<Tally> {
  const random = seeded(seed);
  let tried = 0;
  let good = 0;
  while (tried < count) {
    const drawn = Array.from({ length: Math.min(batch, Math.ceil((count - tried) / 4)) }, () => drawChoice(random));
    const texts = drawn.map(({ choice, text }) => renderedEnv(text, choice));
    const read = await composeReads(projectOf(texts));
    const ran = await made?.(texts);
    for (const [n, { choice }] of drawn.entries()) {
      const wrong = unequal(choice, texts[n] ?? '', [read[n] ?? {}, ...(ran ? [ran[n] ?? {}] : [])]);
      tried += 4;
      good += 4 - wrong.length;
      for (const line of wrong) say(`✗ seed ${seed}, ${line}`);
    }
    say(`· values: ${tried} of ${count}`);
  }
  return { tried, good };
}

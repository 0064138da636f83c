import { openPlace } from '../../e2e/main-job/place.ts';
import type { Batch } from '../trials.ts';
import { readValues } from '../values/values.ts';
import { containerEnvironments } from './environments.ts';
import { killEverywhere } from './points.ts';
import { searchOnTheEngine } from './secrets.ts';

/** What can be tried on the real Engine; everything that was made there is removed at the end. */
export async function onTheEngine(
  batch: Batch,
  values: { readonly count: number; readonly seed: number },
  say: (line: string) => void,
) {
  const place = await openPlace();
  try {
    const made = (envFiles: readonly string[]) => containerEnvironments(place.engine, envFiles);
    const secrets = await searchOnTheEngine(place);
    say(
      `· secrets: ${secrets.canaries} looked for in ${secrets.told} outputs and arguments, ${secrets.readable} files`,
    );
    return {
      secrets,
      values: await readValues(values.count, values.seed, say, made),
      points: await killEverywhere(place, batch, say),
    };
  } finally {
    await place.close();
  }
}

import { openPlace } from '../../e2e/main-job/place.ts';
import type { Batch, Tally } from '../trials.ts';
import { killEverywhere } from './points.ts';

/** The points on the real Engine; everything that was made there is removed at the end. */
export async function onTheEngine(batch: Batch, say: (line: string) => void): Promise<Tally> {
  const place = await openPlace();
  try {
    return await killEverywhere(place, batch, say);
  } finally {
    await place.close();
  }
}

import type { HttpAnswer, World } from '../../world/world.ts';
import { serverAddress } from '../server-address.ts';

/** Codes are made from the time, and good for 30 s; an app that is off by less than that is let in. */
const tolerated = 30_000;

/**
 * How far this machine's clock is ahead of authentik's, in whole seconds; less than nothing: behind. Undefined where
 * they agree well enough, or authentik says no time. @throws Failure where nothing answers
 */
export async function clockSkew(
  world: Pick<World, 'docker' | 'http'>,
  authHost: string,
  now = Date.now,
): Promise<number | undefined> {
  const via = await serverAddress(world);
  if (!via) return undefined;
  const answer: HttpAnswer = await world.http.dial({ url: `http://${authHost}/-/health/live/`, via });
  const ahead = now() - Date.parse(answer.headers['date'] ?? '');
  return Math.abs(ahead) > tolerated ? Math.round(ahead / 1000) : undefined;
}

import { insteadOf } from '../../src/model/failure.ts';
import type { Challenge } from '../../src/world/authentik/flow.ts';
import type { Http } from '../../src/world/world.ts';
import type { Flags } from './homeauth.ts';
import { homeauthIn, initFlags } from './homeauth.ts';
import { at, madeOnce } from './installed.ts';
import { enter } from './people.ts';
import { type FakeWorld, fakeWorld } from './world.ts';

export interface Home {
  readonly fake: FakeWorld;
  readonly homeauth: ReturnType<typeof homeauthIn>;
  /** Helen's, who is the administrator. */
  readonly password: string;
  /** What authentik's clock says, in ms since 1970. */
  now(): number;
  pass(ms: number): void;
  /** What somebody meets behind their password: nothing, or a question about a second factor. */
  behindPassword(username: string, password: string): Promise<Challenge | undefined>;
  /** How many questions somebody answers with this code until they are in. */
  questions(username: string, password: string, code: string): Promise<number>;
}

/** A machine on which `init` ran. */
export async function home(flags: Flags = {}, http?: (http: Http) => Http): Promise<Home> {
  const init = async () => {
    const fake = fakeWorld();
    const { failure } = await homeauthIn(fake)('init', [], { ...initFlags, ...flags });
    if (failure) throw failure;
    return fake;
  };
  const fake = await madeOnce(`home ${JSON.stringify(flags)}`, init);
  const world = { ...fake.world, ...(http && { http: http(fake.world.http) }) };
  const homeauth = homeauthIn(fake, { world });
  const password = ((await fake.files.read(at('.homeauth/admin-password'))) ?? '').trim();
  return {
    fake,
    homeauth,
    password,
    now: fake.clock.now,
    pass: fake.clock.pass,
    async behindPassword(username, typed) {
      let met: Challenge | undefined;
      const stop = async (challenge: Challenge) => {
        met = challenge;
        return undefined;
      };
      await enter(fake, username, typed, { beyond: stop }).catch(insteadOf('second-factor-asked', undefined));
      return met;
    },
    async questions(username, typed, code) {
      let count = 0;
      const beyond = async () => {
        count++;
        return { code };
      };
      await enter(fake, username, typed, { beyond });
      return count;
    },
  };
}

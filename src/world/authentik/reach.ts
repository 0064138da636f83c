import { reasonOf } from '../../model/failure.ts';
import type { Reason } from '../../model/reason.ts';
import type { Secret } from '../../model/secret.ts';
import type { Clock } from '../world.ts';
import type { Verdict } from './answer.ts';
import type { Reach } from './api.ts';
import type { Connection } from './connection.ts';
import { ask, type Choice, type Tokens } from './retry-client.ts';
import * as trouble from './trouble.ts';

const me = '/api/v3/core/users/me/';
/** A burst meets a recycled worker now and then: looked at so often before it counts as an answer. */
const looks = 3;
/** A recycled worker fails at once; what took longer, in ms, is silence. */
const atOnce = 2000;

const settingUp: Reason = {
  code: 'starting',
  of: 'authentik',
  says: 'authentik is being set up: it does not know the bootstrap token yet',
};

/** Whether the API can be used, and with which token: our own first. Not waited for. */
export async function reachNow(line: Connection, tokens: Tokens, choice: Choice, clock: Clock): Promise<Reach> {
  const known = (['own', 'bootstrap'] as const).filter((which) => tokens[which]);
  let refusal = trouble.noToken();
  for (const which of known.length > 0 ? known : [undefined]) {
    const verdict = await whoAmI(line, which && tokens[which], clock);
    if (verdict.is === 'good') {
      if (isSuperuser(verdict.value)) {
        if (which) choice.works = which;
        return { is: 'ready' };
      }
      refusal = trouble.withoutRights('GET', 'core/users/me', 'The owner of the token is not an administrator.');
    } else if (verdict.is === 'stranger') {
      if (which) refusal = trouble.tokenRefused();
    } else if (verdict.is === 'refused') refusal = verdict.failure;
    else {
      const isCrash = verdict.is === 'unsure' && verdict.crashed;
      return { is: 'starting', because: verdict.because, ...(isCrash && { crashed: true }) };
    }
  }
  // The bootstrap token works some seconds after authentik calls itself ready. Source: recording 01.
  if (tokens.bootstrap && refusal.code === 'token-refused') {
    return { is: 'starting', because: settingUp };
  }
  return { is: 'refused', because: reasonOf(refusal), failure: refusal };
}

/** Whether this token opens the API as an administrator. */
export async function opens(line: Connection, token: Secret, clock: Clock): Promise<boolean> {
  const verdict = await whoAmI(line, token, clock);
  return verdict.is === 'good' && isSuperuser(verdict.value);
}

async function whoAmI(line: Connection, token: Secret | undefined, clock: Clock): Promise<Verdict> {
  for (let n = 1; ; n++) {
    const began = clock.now();
    const verdict = await ask(line, { method: 'GET', path: me, token });
    if (verdict.is !== 'unsure' || n === looks || clock.now() - began > atOnce) return verdict;
    await clock.sleep(300);
  }
}

const isSuperuser = (value: unknown): boolean =>
  (value as { user?: { is_superuser?: unknown } } | undefined)?.user?.is_superuser === true;

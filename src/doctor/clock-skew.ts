import { Failure, reasonOf } from '../model/failure.ts';
import { type About, type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import { type ProbeContext, sendProbe } from '../verify/probe.ts';

/** A second factor is good for 30 seconds. */
const tolerated = 30_000;

/** Do this machine and what answers as authentik agree on the time? */
export async function clockSkewCheck(context: ProbeContext, about: About, now = Date.now): Promise<Finding[]> {
  const answer = await sendProbe(context, { url: `https://${context.config.authHost}/-/health/live/` });
  if (answer instanceof Failure) return [skip(about, reasonOf(answer))];
  const theirs = Date.parse(answer.headers['date'] ?? '');
  if (Number.isNaN(theirs)) return [skip(about, unseen('its answer carries no date'))];
  const skew = Math.abs(theirs - now());
  if (skew <= tolerated) return [ok(about)];
  const problem = `The clock of this machine and the one behind ${context.config.authHost} are ${Math.round(skew / 1000)} s apart.`;
  const why = 'Second factors are good for 30 s.';
  return [wrong(about, 'warn', { problem, why, fix: 'timedatectl set-ntp true, on both machines' })];
}

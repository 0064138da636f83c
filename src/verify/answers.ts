import { Failure } from '../model/failure.ts';
import type { HttpAnswer } from '../world/world.ts';
import type { Verdict } from './probe.ts';

/** What an answer means that comes from Caddy or authentik, because the app was not reached. Statuses as recorded. */
export function fromOutside(answer: HttpAnswer | Failure, host: string, log?: string): Verdict {
  const look = log ?? 'Look into the log of your proxy.';
  if (answer instanceof Failure) {
    const { problem, because = { code: 'unanswered', says: problem } } = answer;
    const said =
      because.code === 'no-certificate'
        ? {
            problem: `Caddy has no certificate for ${host} yet.`,
            why: 'It is still requesting one, or cannot get one.',
          }
        : { problem };
    // Not the doctor, as the failure has it: the doctor is who tells this.
    return { is: 'wrong', answer: 'no answer', issue: { ...said, fix: look, because }, later: true };
  }
  const { status } = answer;
  const say = (problem: string, fix: string, why?: string): Verdict => ({
    is: 'wrong',
    answer: String(status),
    issue: {
      problem,
      ...(why !== undefined && { why }),
      fix,
      // What Caddy answers while authentik is away.
      ...([400, 404, 500, 502, 503].includes(status) && { because: { code: 'away', says: problem } }),
    },
    later: true,
  });
  switch (status) {
    case 400:
      return say('authentik cannot reach its database.', 'docker start authentik-postgresql');
    case 403:
      return say(
        `authentik does not say who comes to ${host}, and Caddy lets nobody through without that.`,
        'homeauth doctor',
        'It lets that path through by itself (Unauthenticated Paths), or answers for another app.',
      );
    case 404:
      return say(
        `authentik knows no app at ${host} yet.`,
        'homeauth apply, and if it stays so: docker logs --tail 50 authentik-worker',
        'Its provider is not attached to the embedded outpost, or the outpost has not heard of it; it hears through authentik-worker, and else asks every 5 minutes.',
      );
    case 500:
      return say(
        answer.body.includes('configuration error')
          ? 'authentik does not learn from Caddy which address was asked for.'
          : 'authentik failed.',
        'docker logs --tail 50 authentik',
      );
    case 502:
      return say(
        'Caddy cannot reach authentik.',
        'homeauth apply',
        'It does not run, or is not on the network that it shares with Caddy.',
      );
    case 503:
      return say('authentik is still starting.', 'docker logs --tail 20 authentik');
    default:
      return say(`${host} answers ${status}.`, look);
  }
}

import { Failure } from '../../model/failure.ts';
import type { HttpAnswer } from '../../world/world.ts';
import type { Verdict } from './scene.ts';

/** What an answer means that comes from Caddy or authentik, because the app was not reached. Statuses as recorded. */
export function fromOutside(answer: HttpAnswer | Failure, host: string, log?: string): Verdict {
  const look = log ?? 'Look into the log of your proxy.';
  if (answer instanceof Failure) {
    const { problem } = answer;
    const noCertificate = /certificate for that name/.test(problem);
    return {
      is: 'wrong',
      answer: 'no answer',
      cause: noCertificate ? `Caddy has no certificate for ${host} yet. It is getting one, or failing to.` : problem,
      // Not the doctor, as the failure has it: the doctor is who tells this.
      fix: look,
      later: true,
    };
  }
  const say = (cause: string, fix: string): Verdict => ({
    is: 'wrong',
    answer: String(answer.status),
    cause,
    fix,
    later: true,
  });
  switch (answer.status) {
    case 400:
      return say('authentik cannot reach its database.', 'docker start authentik-postgresql');
    case 403:
      return say(
        `authentik does not say who comes to ${host}, and Caddy lets nobody through without that. It lets that path through by itself (Unauthenticated Paths), or answers for another app.`,
        'homeauth doctor',
      );
    case 404:
      return say(
        `authentik knows no app at ${host} yet. Its provider is not attached to the embedded outpost, or the outpost has not heard of it; it hears through authentik-worker, and else asks every 5 minutes.`,
        'homeauth apply, and if it stays so: docker logs --tail 50 authentik-worker',
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
        'Caddy cannot reach authentik. It does not run, or is not on the network that it shares with Caddy.',
        'homeauth apply',
      );
    case 503:
      return say('authentik is still starting.', 'docker logs --tail 20 authentik');
    default:
      return say(`${host} answers ${answer.status}.`, look);
  }
}

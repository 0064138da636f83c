import { type Finding, ok, wrong } from '../model/finding.ts';
import { clause } from '../model/shown.ts';
import type { World } from '../world/world.ts';
import { worker } from './dialogue.ts';

/**
 * A mail through authentik's own worker: `ak test_email`, which waits until the worker has sent it, ten seconds at most.
 * It ends well, with words of its own from 2025.8 on; else it ends with what Python says of an error.
 */
export async function realMail({ docker }: Pick<World, 'docker'>, recipient: string): Promise<Finding> {
  const common = { id: 'mail-sent', title: `authentik has sent a mail to ${recipient}` };
  const { code, stdout, stderr } = await docker.exec(worker, ['ak', 'test_email', recipient]);
  if (code === 0) return ok(common);
  const last = `${stdout}\n${stderr}`.trimEnd().split('\n').at(-1)?.trim() ?? '';
  const isLate = /ResultTimeout/.test(last);
  return wrong(common, 'fail', {
    ...(isLate
      ? {
          problem: 'authentik has taken the mail, and its worker did not send it within ten seconds.',
          why: 'It may still go out.',
        }
      : { problem: `The mail server takes mail, and authentik did not send one: ${clause(last)}.` }),
    fix: `docker logs --tail 50 ${worker}`,
  });
}

import { Failure } from '../model/failure.ts';
import type { World } from '../world/world.ts';
import { smtpScript } from './script.ts';

const steps = ['resolve', 'connect', 'tls', 'login', 'sender', 'recipient'] as const;

/** What one step of the conversation with the mail server came to. */
export interface Step {
  readonly step: (typeof steps)[number];
  /** `ok`, or the sort of trouble. */
  readonly kind: string;
  /** The mail server's words, or the system's. */
  readonly said: string;
}

export const worker = 'authentik-worker';

/**
 * The conversation with the mail server, from the place in the network where authentik's mail is sent from, with the
 * settings that the container itself has. Sends no message. The last step is the one that failed, if any did.
 */
export async function dialogue({ docker }: Pick<World, 'docker'>, recipient: string): Promise<readonly Step[]> {
  const { code, stdout, stderr } = await docker.exec(worker, ['python3', '-', recipient], { stdin: smtpScript });
  const lines = stdout.split('\n').filter((line) => line !== '');
  const told = lines.map(stepOf);
  if (code === 0 && told.length > 0 && told.every((step) => step !== undefined)) return told;
  throw new Failure({
    code: 'mail-not-tried',
    problem: `The test of the mail server could not run in ${worker}.`,
    why: 'It is a Python program in that container, and failed there.',
    details: [...lines, ...stderr.split('\n')].slice(-5).join('\n'),
    fix: `See whether the container is healthy:  docker logs --tail 50 ${worker}`,
  });
}

function stepOf(line: string): Step | undefined {
  try {
    const { step, kind, said } = JSON.parse(line);
    return steps.includes(step) ? { step, kind: String(kind), said: String(said) } : undefined;
  } catch {
    return undefined;
  }
}

import { causesIn } from '../../model/cause.ts';
import { exitCodes, Failure } from '../../model/failure.ts';
import { Refusal } from './refusal.ts';

/** Turns the engine's refusal to make or to start a container into words that help. Other errors pass through. */
export function startFailure(name: string, error: unknown): unknown {
  if (!(error instanceof Refusal)) return error;
  const { words } = error;
  const exit = exitCodes.halfway;
  if (/address already in use|port is already allocated/.test(words)) return portTaken(name, words);
  const mount = /bind source path does not exist: (.*)/.exec(words)?.[1];
  if (mount !== undefined) {
    return new Failure({
      code: 'mount-missing',
      problem: `${name} mounts ${mount}, which does not exist.`,
      why: 'It was removed, or its dataset is not mounted.',
      fix: 'Mount it, or run  homeauth apply  to have it made.',
      exit,
    });
  }
  const cause = causesIn(words)[0];
  return new Failure({
    code: 'container-start',
    problem: `Docker cannot start ${name}.`,
    ...(cause && { why: cause.means }),
    details: words,
    fix: cause?.fix ?? 'Correct what Docker names, then run the same command again.',
    exit,
  });
}

function portTaken(name: string, words: string): Failure {
  const port = /(?:\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]*\]):(\d+)/i.exec(words)?.[1];
  return new Failure({
    code: 'port-taken',
    problem: `${name} needs port ${port ?? 'that is in use'} of this machine, and something else has it.`,
    details: words,
    fix: port
      ? `See who:  ss -ltnp 'sport = :${port}'   and  docker ps --filter publish=${port}   then stop that one.`
      : 'See who listens:  ss -ltnp   then stop that one.',
    exit: exitCodes.halfway,
  });
}

import { Failure } from '../../model/failure.ts';
import { isOutOfHandles, outOfHandles } from '../out-of-handles.ts';

interface Way {
  readonly problem: (socket: string) => string;
  readonly why: string;
  readonly fix: string;
}

const ways: Readonly<Record<string, Way>> = {
  ENOENT: {
    problem: (socket) => `Docker does not answer: there is no ${socket}.`,
    why: 'Docker is not installed, or not started.',
    fix: 'Start it:  systemctl enable --now docker   (to install it: https://docs.docker.com/engine/install/)',
  },
  EACCES: {
    problem: (socket) => `You may not use Docker: ${socket} is closed to you.`,
    why: 'Only root and members of the group "docker" may.',
    fix: 'Run the same command with sudo.',
  },
  ECONNREFUSED: {
    problem: (socket) => `Docker does not answer: nothing listens on ${socket}.`,
    why: 'It has stopped, or is just starting.',
    fix: 'Start it:  systemctl restart docker   (and if it does not stay up:  journalctl -u docker -n 50)',
  },
};

const silent: Way = {
  problem: (socket) => `Docker does not answer on ${socket}.`,
  why: 'The connection is there, but no answer came in time or it broke off.',
  fix: 'See what it is doing:  systemctl status docker   and   journalctl -u docker -n 50',
};

/** Why the engine cannot be reached, and the command that mends it. */
export function unreachable(socket: string, error: unknown): Failure {
  if (isOutOfHandles(error)) return new Failure(outOfHandles(`Docker cannot be asked on ${socket}`), { cause: error });
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const { problem, why, fix } = ways[code === 'EPERM' ? 'EACCES' : code] ?? silent;
  return new Failure({ code: 'docker-unreachable', problem: problem(socket), why, fix }, { cause: error });
}

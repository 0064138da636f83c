import { fileURLToPath } from 'node:url';
import { Failure, type Issue } from '../model/failure.ts';
import type { HttpAnswer, HttpRequest } from './world.ts';

/** What the program in there writes. */
export type Told = { readonly answer: HttpAnswer } | { readonly failure: Issue };

/** Longer than a request may stay silent. In ms. */
const patience = 30_000;

/**
 * Asks from the network of another process, such as a container's first one: with its way out, its /etc/hosts and its
 * name servers. It takes nothing that is in that container, so it works for one with a single program in it.
 */
export async function dialWithin(pid: number, request: HttpRequest): Promise<HttpAnswer> {
  const { execa } = await import('execa');
  const program = fileURLToPath(new URL('../world/dial-here.js', import.meta.url));
  const enter = [`--net=/proc/${pid}/ns/net`, process.execPath, program, String(pid)];
  const { exitCode, stdout, stderr } = await execa('nsenter', enter, {
    input: JSON.stringify(request),
    cwd: '/',
    reject: false,
    timeout: patience,
  });
  if (exitCode !== 0) throw notEntered(stderr);
  const told = JSON.parse(stdout) as Told;
  if ('failure' in told) throw new Failure(told.failure);
  return told.answer;
}

const notEntered = (details: string): Failure =>
  new Failure({
    code: 'network-not-entered',
    problem: "homeauth cannot ask from inside of the container's network.",
    details,
    fix: 'See whether nsenter is there (package util-linux), and run it as root.',
  });

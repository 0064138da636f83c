import { join } from 'node:path';
import { execa } from 'execa';

const bin = join(import.meta.dirname, '../../../bin/homeauth.js');

export interface Ran {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
  /** How long it took, in ms. */
  readonly took: number;
}

type Variables = Readonly<Record<string, string>>;

/** Starts the built homeauth as a process of its own, where nobody can be asked. `under`: a command that starts it. */
export function startHomeauth(args: readonly string[], env: Variables = {}, under: readonly string[] = []) {
  const [command = '', ...rest] = [...under, process.execPath, bin, ...args];
  return execa(command, rest, {
    cwd: '/',
    env: { HOMEAUTH_CONFIG: undefined, ...env },
    stdin: 'ignore',
    reject: false,
    // Nothing goes on behind a test that has given up.
    timeout: 300_000,
  });
}

/** Whether it says this before it ends. */
export function says(running: ReturnType<typeof startHomeauth>, words: string): Promise<boolean> {
  return new Promise((resolve) => {
    let text = '';
    running.stderr.on('data', (part) => {
      text += part;
      if (text.includes(words)) resolve(true);
    });
    running.stderr.on('end', () => resolve(false));
  });
}

/** Runs it to its end, and tells what it printed. */
export async function homeauth(args: readonly string[], env?: Variables, under?: readonly string[]): Promise<Ran> {
  const { exitCode, stdout, stderr, durationMs } = await startHomeauth(args, env, under);
  return { code: exitCode, out: stdout, err: stderr, took: durationMs };
}

/** Runs it and is content with this exit status alone; any other is an error with all that was printed. */
export async function homeauthEnds(
  code: number,
  args: readonly string[],
  env?: Variables,
  under?: readonly string[],
): Promise<Ran> {
  const ran = await homeauth(args, env, under);
  if (ran.code === code) return ran;
  throw new Error(`homeauth ${args.join(' ')} ended with ${ran.code}, not ${code}.\n${ran.out}\n${ran.err}`);
}

import { spawn } from 'node:child_process';

export interface Shell {
  /** Carries out a command line. @throws where it fails */
  run(line: string): Promise<void>;
  close(): void;
}

/** A shell that is there already: whoever has no file handle left cannot start another process. */
export function openShell(): Shell {
  const bash = spawn('bash', [], { stdio: ['pipe', 'pipe', 'inherit'] });
  return {
    async run(line) {
      const said = new Promise<string>((done) => bash.stdout.once('data', (part) => done(String(part).trim())));
      bash.stdin.write(`${line} >&2; echo $?\n`);
      if ((await said) !== '0') throw new Error(`it fails: ${line}`);
    },
    close: () => bash.stdin.end(),
  };
}

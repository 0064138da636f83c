import { buildCli, declarations } from '../../src/cli.ts';
import { questions } from '../../src/config/questions.ts';
import type { Runtime } from '../../src/installation/command-runtime.ts';
import { version } from '../../src/main.ts';
import { type ExitCode, exitCodes, Failure } from '../../src/model/failure.ts';
import { failure } from '../../src/report/failure.ts';
import { styleOf } from '../../src/report/style.ts';

/** Shows a command line of homeauth and carries it out, as the command line itself would. @returns its exit status */
export async function homeauth(argv: readonly string[], runtime: Runtime): Promise<ExitCode> {
  const { terminal } = runtime;
  const { columns, colour } = terminal.stdout;
  for (const line of typed(['homeauth', ...argv], columns - 1)) terminal.data(colour.bold(line));
  let code: ExitCode = exitCodes.fine;
  const cli = buildCli(version(), questions, async (command, args, flags) => {
    code = await declarations[command].run(args, { ...flags }, runtime);
  });
  try {
    await cli.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    terminal.live(undefined);
    terminal.say(failure(error, styleOf(terminal.stderr)));
    return error.exit;
  } finally {
    terminal.live(undefined);
  }
}

/** A command line as one types it: a flag and its value stay together, and a long one goes on below. */
export function typed(words: readonly string[], room: number): string[] {
  const parts: string[] = [];
  for (const word of words) {
    const shown = /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
    const isValue = !word.startsWith('--') && parts.at(-1)?.startsWith('--') && !parts.at(-1)?.includes(' ');
    if (isValue) parts.push(`${parts.pop()} ${shown}`);
    else parts.push(shown);
  }
  const lines: string[] = [];
  let line = '$';
  for (const part of parts) {
    if (`${line} ${part}`.length > room - 2 && line.trim() !== '$') {
      lines.push(`${line} \\`);
      line = '   ';
    }
    line += ` ${part}`;
  }
  return [...lines, line];
}

import { Failure } from '../../model/failure.ts';
import { Secret } from '../../model/secret.ts';
import type { Input } from './prompts.ts';

/** Everything that is piped in, without the line's end that `echo` adds. @throws Failure at a terminal, which shows what is typed */
export async function readStdin(stdin: Input): Promise<Secret> {
  if (stdin.isTTY) {
    throw new Failure({
      code: 'stdin-is-terminal',
      problem: 'A secret should come from standard input, and that is your keyboard.',
      why: 'It would be shown while you type it.',
      fix: 'Pipe it in, or leave the flag out: homeauth then asks for it without showing it.',
    });
  }
  stdin.setEncoding('utf8');
  let text = '';
  for await (const chunk of stdin) text += chunk;
  return new Secret(text.replace(/\r?\n$/, ''));
}

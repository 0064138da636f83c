import { wrapAnsi } from 'fast-wrap-ansi';
import { oneLine } from '../../model/control-characters.ts';
import { Failure, stopped } from '../../model/failure.ts';
import { Secret } from '../../model/secret.ts';
import { harmless } from './harmless.ts';
import type { Asking, Question, Validate } from './question.ts';
import type { Output, Screen } from './screen.ts';
import type { Writer } from './writer.ts';

export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

export interface Prompting {
  readonly stdin: Input;
  readonly stderr: Output;
  readonly screen: Screen;
  readonly writer: Writer;
  /** Stops a question from outside: by a signal to the process. */
  readonly signal: AbortSignal;
  /** Why nobody can be asked; undefined when somebody can. */
  readonly mute: string | undefined;
  /** Whether `--yes` was given. */
  readonly yes: boolean;
}

type Context = { readonly input: Input; readonly output: Output; readonly signal: AbortSignal };
type Library = typeof import('@inquirer/prompts');

/** Questions on standard error, so that standard output stays clean. */
export function asking({ stdin, stderr, screen, writer, signal, mute, yes }: Prompting): Asking {
  async function put<T>(question: Question, prompt: (library: Library, context: Context) => Promise<T>): Promise<T> {
    if (mute !== undefined) throw nobodyThere(question, mute);
    writer.live(undefined);
    const library = await import('@inquirer/prompts');
    const closed = new AbortController();
    const end = () => closed.abort();
    const onKey = (_: unknown, key: { ctrl?: boolean; name?: string } | undefined) => {
      if (key?.ctrl && key.name === 'd') end();
    };
    // The prompts never settle when the input ends, or on Ctrl-D.
    stdin.on('keypress', onKey).on('end', end);
    try {
      const either = AbortSignal.any([signal, closed.signal]);
      return await prompt(library, { input: stdin, output: stderr, signal: either });
    } catch (error) {
      if (error instanceof Error && /^(Exit|Abort)PromptError$/.test(error.name))
        throw stopped(`. ${question.ifStopped}`);
      throw error;
    } finally {
      stdin.off('keypress', onKey).off('end', end);
    }
  }

  const theme = themeOf(screen);
  const secret = (question: Question, message: string, validate?: Validate) =>
    put(question, ({ password }, context) =>
      password(
        {
          message,
          theme,
          mask: screen.unicode ? '•' : '*',
          toggleMask: false,
          ...(validate && { validate: checked(validate) }),
        },
        context,
      ),
    );

  return {
    ask: (question) =>
      put(question, ({ input }, context) => {
        const { message, initial, validate } = question;
        const more = {
          ...(initial !== undefined && { default: initial }),
          ...(validate && { validate: checked(validate) }),
        };
        return input({ message, theme, ...more }, context);
      }),

    askSecret: async (question) => {
      for (;;) {
        const value = await secret(question, question.message, question.validate);
        if (question.again === undefined || value === (await secret(question, question.again)))
          return new Secret(value);
        writer.say('The two are not the same.');
      }
    },

    confirm: async (question) => {
      if (yes && question.flag === '--yes') return true;
      const { details, initial } = question;
      const message = `${details ? `Details: d ${screen.unicode ? '·' : '-'} ` : ''}${question.message} (${initial ? 'Y/n' : 'y/N'})`;
      const known = details ? /^(y|yes|n|no|d|details|)$/i : /^(y|yes|n|no|)$/i;
      const validate = (text: string) =>
        known.test(text.trim()) || `Please answer ${details ? 'y, n or d' : 'y or n'}.`;
      for (;;) {
        const answer = (
          await put(question, ({ input }, context) => input({ message, theme, validate }, context))
        ).trim();
        if (!details || !/^d/i.test(answer)) return answer === '' ? initial : /^y/i.test(answer);
        writer.say(details);
      }
    },

    choose: (question) =>
      put(question, ({ select }, context) => {
        const { message, initial } = question;
        const shown = (text: string) => harmless(oneLine(text), screen.unicode);
        const choices = question.choices.map((choice) => ({
          ...choice,
          name: shown(choice.name),
          ...(choice.description !== undefined && { description: shown(choice.description) }),
        }));
        return select({ message, theme, choices, ...(initial !== undefined && { default: initial }) }, context);
      }),
  };
}

const checked = (validate: Validate) => async (value: string) => (await validate(value)) ?? true;

const nobodyThere = ({ message, flag }: Question, mute: string): Failure =>
  new Failure({
    code: 'nobody-to-ask',
    problem: `homeauth would have to ask: ${message}`,
    why: `It may not: ${mute}.`,
    fix: `Answer with a flag: ${flag}`,
  });

/** The prompts' own colours do not heed NO_COLOR on every Node: each of them is set here. */
export function themeOf(screen: Screen) {
  const { colour, unicode } = screen;
  const safe = (text: string) => harmless(oneLine(text), unicode);
  return {
    prefix: { idle: colour.cyan('?'), done: colour.cyan('?') },
    spinner: { interval: 80, frames: [colour.dim(unicode ? '·' : '.')] },
    icon: { cursor: unicode ? '❯' : '>' },
    style: {
      answer: (text: string) => colour.cyan(safe(text)),
      message: (text: string) => colour.bold(safe(text)),
      // The prompts break a line wherever it ends.
      error: (text: string) => colour.red(wrapAnsi(`${unicode ? '✗' : '!'} ${safe(text)}`, screen.columns)),
      defaultAnswer: (text: string) => colour.dim(`(${safe(text)})`),
      help: (text: string) => colour.dim(text),
      highlight: (text: string) => colour.cyan(text),
      key: (text: string) => colour.cyan(text),
      description: (text: string) => colour.dim(text),
      disabled: (text: string) => colour.dim(text),
      keysHelpTip: () => colour.dim('arrow keys move, Enter chooses'),
    },
  };
}

import { wrapAnsi } from 'fast-wrap-ansi';
import { oneLine } from '../../model/steering.ts';
import { harmless } from './harmless.ts';
import type { Screen } from './screen.ts';

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

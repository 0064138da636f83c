import { createConfig } from '../config/create.ts';
import { normaliseDir } from '../config/directory.ts';
import { type Answers, draftFrom, type Hints, type Question, questions } from '../config/questions.ts';
import { layoutOf } from '../desired/layout.ts';
import { Failure } from '../model/failure.ts';
import { guesses } from '../procedures/guesses.ts';
import type { Surroundings } from '../procedures/surroundings.ts';
import type { Flags } from './flags.ts';
import type { Screen } from './screen.ts';

/**
 * What the owner wants, as the text of homeauth.yaml: the one that is there already, or a new one from flags and
 * answers. Writes nothing.
 */
export async function interview(flags: Flags, surroundings: Surroundings, screen: Screen) {
  const { terminal, world } = surroundings;
  const hints: Hints = await guesses(world);
  const asks = terminal.interactive;
  if (asks) screen.say('Single sign-on for this server. Nothing is changed before you say yes.\n');
  const answers: Answers = {};
  for (const question of questions) {
    const given = flags[camel(question.id)];
    const value = given === undefined ? await answer(question, hints, answers, surroundings) : checked(question, given);
    if (value !== undefined) answers[question.id] = value;
    if (question.id !== 'base-dir' || value === undefined) continue;
    const path = layoutOf(normaliseDir(String(value))).config;
    const text = await world.files.read(path);
    if (text !== undefined) {
      screen.say(`${path} is there already: going on with what it says.`);
      return { path, text };
    }
  }
  const draft = draftFrom(answers, hints);
  const path = layoutOf(String(draft['base-dir'])).config;
  return { path, text: createConfig(draft, path) };
}

async function answer(question: Question, hints: Hints, earlier: Answers, { terminal }: Surroundings) {
  const initial = question.suggest(hints, earlier);
  if (!question.prompt || !terminal.interactive) {
    if (!question.prompt || initial !== undefined) return initial;
    throw missing(question);
  }
  return terminal.ask({
    message: question.prompt,
    ...(initial !== undefined && { initial }),
    validate: question.validate,
    flag: question.flag,
    ifStopped: 'Nothing was changed.',
  });
}

function checked(question: Question, value: unknown): string | boolean {
  if (typeof value === 'boolean') return value;
  const sentence = question.validate(String(value));
  if (sentence === undefined) return String(value);
  throw new Failure({
    code: 'flag-invalid',
    problem: sentence,
    fix: `Correct it: ${question.flag}`,
  });
}

const missing = ({ flag, help }: Question): Failure =>
  new Failure({
    code: 'answer-missing',
    problem: `${flag.split(' ')[0]} is missing.`,
    why: `It is the ${help}. Nobody can be asked here.`,
    fix: `Add ${flag}`,
  });

const camel = (id: string): string => id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

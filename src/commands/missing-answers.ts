import { type Answers, type Question, questions } from '../config/questions.ts';
import { Failure } from '../model/failure.ts';

/** All that nobody could be asked for, at once, and a command that says it all. */
export function missingAnswers(open: readonly Question[], said: Answers): Failure {
  // The user name is the name's first word where nothing else is said.
  const needed = open.filter(({ id }) => id !== 'admin' || !open.some((other) => other.id === 'name'));
  const flags = needed.map(nameOf);
  const list = [flags.slice(0, -1).join(', '), flags.at(-1)].filter(Boolean).join(' and ');
  return new Failure({
    code: 'answer-missing',
    problem: `${list} ${flags.length === 1 ? 'is' : 'are'} missing.`,
    why: 'Nobody can be asked here.',
    details: needed.map(({ flag, help }) => `${flag}  ${help}`).join('\n'),
    fix: `For example:  homeauth init --yes ${words(needed, said).join(' ')}`,
  });
}

function words(needed: readonly Question[], said: Answers): string[] {
  return questions.flatMap((question) => {
    const value = said[question.id] ?? (needed.includes(question) ? question.example : undefined);
    if (value === undefined || value === false) return [];
    return value === true ? [nameOf(question)] : [nameOf(question), quoted(String(value))];
  });
}

const nameOf = ({ flag }: Question): string => flag.split(' ')[0] ?? flag;

/** As a shell takes it for one word. */
const quoted = (value: string): string =>
  /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;

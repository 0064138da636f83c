import type { InitFlags } from '../cli/set-up.ts';
import { contradictions } from '../config/answers.ts';
import { createConfig, draftFrom } from '../config/create.ts';
import { normaliseDir } from '../config/directory.ts';
import { objections } from '../config/file-rules.ts';
import { parseConfig } from '../config/parse.ts';
import { type Answers, type Hints, type Question, type QuestionId, questions } from '../config/questions.ts';
import { sentence } from '../config/refusal.ts';
import { layoutOf } from '../desired/layout.ts';
import { roomAt } from '../doctor/disk.ts';
import { beforeAsking } from '../doctor/preflight.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import { assertConfigLocation } from '../installation/config-location.ts';
import { assertTlsSaid, defaults, detect } from '../installation/detect.ts';
import { type Installation, openInstallation } from '../installation/installation.ts';
import { alreadyHere } from '../installation/open.ts';
import { assertDirectory } from '../installation/storage.ts';
import { trustedReader } from '../installation/trust.ts';
import { causeOf, Failure } from '../model/failure.ts';
import { prose } from '../report/layout.ts';
import type { Screen } from './screen.ts';

/** homeauth.yaml as its owner wants it. */
export interface Statement {
  readonly path: string;
  readonly text: string;
  /** What the owner said in so many words, by flag or at a prompt; guesses and defaults are not among it. */
  readonly said: Answers;
  /** What was chosen for them, where it is worth a word. */
  readonly told?: string;
}

/**
 * What the owner wants, as the text of homeauth.yaml: the one that is there already, or a new one from flags and
 * answers. Writes nothing.
 * @throws Failure docker-missing, docker-unreachable, answer-missing, flag-invalid, tls-elsewhere, already-set-up, config-elsewhere, base-dir-changed, untrusted-path
 */
export async function interview(flags: InitFlags & AnswerFlags, runtime: Runtime, screen: Screen): Promise<Statement> {
  const { terminal, world } = runtime;
  const said: Answers = {};
  for (const question of questions) {
    const given = flags[camel(question.id)];
    if (given !== undefined) said[question.id] = checked(question, given);
  }
  const goOn = async ({ path, text }: { path: string; text: string }): Promise<Statement> => {
    await assertConfigLocation(path, parseConfig(text, path).config.baseDir, world.files);
    agreed(said, text, path);
    screen.say(prose(`${path} is there already: continuing with its settings.`, screen.style));
    return { path, text, said };
  };
  const inside = async (baseDir: unknown) => {
    const directory = normaliseDir(String(baseDir));
    await assertDirectory(directory, world.files);
    const path = layoutOf(directory).config;
    const text = await trustedReader(world).read(path);
    return text === undefined ? undefined : { path, text };
  };
  const named = said['base-dir'];
  const here = (await alreadyHere(flags.config, runtime)) ?? (named === undefined ? undefined : await inside(named));
  if (here) return goOn(here);

  const hints: Hints = await defaults(world);
  if (terminal.interactive) await beforeAsking(trial(said, hints, runtime), named === undefined ? [] : [String(named)]);
  if (terminal.interactive) {
    screen.say('Single sign-on for this server. Nothing is changed before you say yes.\n');
    const lines = await detect(world, hints.baseDir ?? '/');
    if (lines.length > 0) screen.say(`Found  ${lines.map(screen.style.text).join('\n       ')}\n`);
  }
  const answers: Answers = {};
  const open: Question[] = [];
  for (const question of questions) {
    const value = said[question.id] ?? (await answer(question, hints, answers, runtime));
    if (value === undefined && question.prompt) open.push(question);
    if (value !== undefined) answers[question.id] = value;
    if (value !== undefined && question.prompt && terminal.interactive) said[question.id] = value;
    if (question.id !== 'base-dir' || value === undefined || named !== undefined) continue;
    const kept = await inside(value);
    if (kept) return goOn(kept);
  }
  if (open.length > 0) throw missingAnswers(open, said);
  const { path, text } = written(answers, hints);
  if (said.tls === undefined) await assertTlsSaid(world, parseConfig(text, path).config);
  const told = 'authentik tells apps who you are, and does not ask you first. To be asked: --consent explicit';
  return { path, text, said, ...(said.consent === undefined && { told }) };
}

/** The text of a homeauth.yaml that is there, where it does not contradict what was said. */
export function agreed(said: Answers, text: string, path: string): string {
  const [first, ...more] = contradictions(said, parseConfig(text, path).config);
  if (!first) return text;
  if (first.key === 'base-dir' || more.some(({ key }) => key === 'base-dir')) throw elsewhere(path);
  throw new Failure({
    code: 'already-set-up',
    problem: `${path} exists already, with other settings.`,
    why: 'init continues an installation with its own settings; it does not change them.',
    details: [first, ...more].map(({ key, says, answered }) => `${key}: ${says}, not ${answered}`).join('\n'),
    fix: `To change it, write the new value into ${path}, then: homeauth apply`,
  });
}

const elsewhere = (path: string): Failure =>
  new Failure({
    code: 'already-set-up',
    problem: `This server has an installation already, and --base-dir names another place than ${path} does.`,
    why: 'Two of them would use the same containers and ports. Nothing was changed.',
    fix: 'Leave --base-dir out to continue with it, or remove it first: homeauth uninstall',
  });

/** An installation as it would be with what was said, guesses, and examples for what nobody can guess. */
function trial(said: Answers, hints: Hints, runtime: Runtime): Installation {
  // Whether a login page lies below the domain is seen when both are known.
  const given: Answers = { ...said };
  delete given['auth-host'];
  const answers: Answers = {};
  for (const { id, suggest, example } of questions) {
    const value = given[id] ?? suggest(hints, answers) ?? example;
    if (value !== undefined) answers[id] = value;
  }
  const { path, text } = written(answers, hints);
  return openInstallation(text, path, runtime);
}

/** @throws Failure flag-invalid where answers do not go together */
function written(answers: Answers, hints: Hints): Pick<Statement, 'path' | 'text'> {
  const draft = draftFrom(answers, hints);
  for (const {
    path: [key],
    value,
    ...refusal
  } of objections(draft)) {
    const question = questions.find(({ id }) => id === key);
    if (question) throw invalid(question, sentence(String(value), refusal));
  }
  const path = layoutOf(normaliseDir(String(draft['base-dir']))).config;
  return { path, text: createConfig(draft, path) };
}

/** A directory without room for the data is told at its question, where another one can be named. */
async function unfit(value: string, { world }: Pick<Runtime, 'world'>): Promise<string | undefined> {
  const room = await roomAt({ world, layout: layoutOf(normaliseDir(value)) });
  return room.status === 'fail' ? causeOf(room.issue) : undefined;
}

async function answer(question: Question, hints: Hints, earlier: Answers, runtime: Runtime) {
  const { terminal } = runtime;
  const initial = question.suggest(hints, earlier);
  if (!question.prompt || !terminal.interactive) return question.unattended ?? initial;
  return terminal.ask({
    message: question.prompt,
    ...(initial !== undefined && { initial }),
    validate: async (value) =>
      question.validate(value) ?? (question.id === 'base-dir' ? await unfit(value, runtime) : undefined),
    flag: question.flag,
    ifStopped: 'Nothing was changed.',
  });
}

function checked(question: Question, value: unknown): string | boolean {
  if (typeof value === 'boolean') return value;
  const objection = question.validate(String(value));
  if (objection === undefined) return String(value);
  throw invalid(question, objection);
}

const invalid = ({ flag }: Question, problem: string): Failure =>
  new Failure({ code: 'flag-invalid', problem, fix: `Correct it: ${flag}` });

type Camel<Id extends string> = Id extends `${infer First}-${infer Rest}` ? `${First}${Capitalize<Camel<Rest>>}` : Id;
/** The interview's own flags, by the names that commander gives them. */
type AnswerFlags = Readonly<Partial<Record<Camel<QuestionId>, unknown>>>;

const camel = (id: QuestionId) => id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) as Camel<QuestionId>;

/** All that nobody could be asked for, at once, and a command that says it all. */
function missingAnswers(open: readonly Question[], said: Answers): Failure {
  // The user name is the name's first word where nothing else is said.
  const needed = open.filter(({ id }) => id !== 'admin' || !open.some((other) => other.id === 'name'));
  const flags = needed.map(nameOf);
  const list = [flags.slice(0, -1).join(', '), flags.at(-1)].filter(Boolean).join(' and ');
  return new Failure({
    code: 'answer-missing',
    problem: `${list} ${flags.length === 1 ? 'is' : 'are'} missing.`,
    why: 'homeauth cannot ask here.',
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

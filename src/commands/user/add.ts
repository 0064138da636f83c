import type { UserAddFlags } from '../../cli/people.ts';
import { checkEmail, checkTitle, checkUsername } from '../../config/person.ts';
import { type Check, sentence } from '../../config/refusal.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import type { Installation } from '../../installation/installation.ts';
import { hold } from '../../installation/lock.ts';
import { oneLine } from '../../model/control-characters.ts';
import { type ExitCode, Failure } from '../../model/failure.ts';
import { accountNamed, accounts, personOf } from '../../people/accounts.ts';
import { addPerson, type NewPerson } from '../../people/add.ts';
import { groupsNamed } from '../../people/groups.ts';
import { passwordLink, recoveryOff } from '../../people/reset.ts';
import { asAdmin } from '../../report/people.ts';
import type { Validate } from '../../world/terminal/question.ts';
import type { Terminal } from '../../world/terminal/terminal.ts';
import { begin } from '../screen.ts';
import { newPassword } from './password-from.ts';

/** `homeauth user add NAME`: an account for somebody, with a password or a link to set one. */
export async function add(given: string | undefined, flags: UserAddFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('user add', flags, runtime);
  const { paper } = screen;
  const link = flags.link ?? false;
  // What no answer changes is refused before anything is asked.
  if (link && !installation.config.policies.recovery) throw recoveryOff(installation);
  await groupsNamed(installation, [flags.group ?? []].flat());
  const person = await interview(given, flags, installation);
  const known = { ...person, domain: installation.config.domain };
  const password = link ? undefined : await newPassword(known, flags, runtime, '--link');
  const want = { ...person, ...(password && { password }) };
  const { made, account, url } = await hold(installation, `user add ${person.username}`, async () => {
    const made = await addPerson(installation, want);
    const account = await accountNamed(installation, person.username);
    return { made, account, url: link ? await passwordLink(installation, account) : undefined };
  });
  const { username, groups, admin } = personOf(account);
  const words = [
    paper.marked(
      'done',
      `${username} ${made ? 'is there' : 'was there already; the password is untouched'}${groups.length > 0 ? `, in ${groups.join(', ')}` : ''}`,
    ),
    ...(admin ? [asAdmin(username, paper)] : []),
    ...(url ? ['', 'This link sets the password, once, within 24 hours:', `  ${url.reveal()}`] : []),
    '',
    `They log in at https://${installation.config.authHost}`,
  ];
  return screen.result(words.join('\n'), { person: personOf(account), made, ...(url && { link: url.reveal() }) });
}

async function interview(
  given: string | undefined,
  flags: UserAddFlags,
  installation: Installation,
): Promise<NewPerson> {
  const { terminal } = installation.runtime;
  const all = await accounts(installation);
  const username = await answerTo(
    { given, prompt: 'User name', flag: 'NAME', validate: (name) => says(checkUsername, name) ?? twin(name, all) },
    terminal,
  );
  const there = all.find((one) => one.username === username);
  const name = await answerTo(
    {
      given: flags.name,
      prompt: 'Name, as people read it',
      flag: '--name NAME',
      initial: there?.name ?? username[0]?.toUpperCase() + username.slice(1),
      validate: (text) => says(checkTitle, text),
    },
    terminal,
  );
  const email = await answerTo(
    {
      given: flags.email,
      prompt: 'E-mail',
      flag: '--email ADDRESS',
      ...(there?.email && { initial: there.email }),
      validate: (text) => says(checkEmail, text) ?? taken(text, username, all),
    },
    terminal,
  );
  return { username, name, email, groups: [flags.group ?? []].flat() };
}

const says = (check: Check, value: string): string | undefined => {
  const refusal = check(value);
  return refusal && sentence(value, refusal);
};

type Known = Awaited<ReturnType<typeof accounts>>;
const same = (a: string, b: string | undefined): boolean => a.toLowerCase() === b?.toLowerCase();

/** authentik takes both, and nobody can tell them apart at the login. */
function twin(name: string, all: Known): string | undefined {
  const other = all.find((one) => one.username !== name && same(name, one.username));
  return (
    other && `There is a user "${other.username}", who differs from "${name}" in capitals only. Choose another name.`
  );
}

/** People log in with their address, too. */
function taken(email: string, username: string, all: Known): string | undefined {
  const other = all.find((one) => one.username !== username && same(email, one.email));
  return other && `${email} is the address of the user "${other.username}" already. Each needs one of their own.`;
}

/** Something a command wants to know: by argument or flag, else by asking. */
export interface Wanted {
  /** What was typed on the command line. */
  readonly given: string | undefined;
  readonly prompt: string;
  /** As it is typed: `--email ADDRESS`. */
  readonly flag: string;
  readonly initial?: string;
  readonly validate: Validate;
}

const ifStopped = 'Nothing was changed.';

/**
 * An answer that will do. In a terminal one that will not is told why, and asked for again.
 * @throws Failure answer-missing, flag-invalid where nobody can be asked
 */
export async function answerTo(
  { given, prompt, flag, initial, validate }: Wanted,
  terminal: Terminal,
): Promise<string> {
  const sentence = given === undefined ? undefined : await validate(given);
  if (given !== undefined && sentence === undefined) return given;
  if (!terminal.interactive) {
    if (sentence !== undefined)
      throw new Failure({ code: 'flag-invalid', problem: sentence, fix: `Correct it: ${flag}` });
    if (initial !== undefined) return initial;
    throw new Failure({
      code: 'answer-missing',
      problem: `${flag.split(' ')[0]} is missing.`,
      why: 'homeauth cannot ask here.',
      fix: `Add ${flag}`,
    });
  }
  if (sentence !== undefined) terminal.say(oneLine(sentence));
  return terminal.ask({ message: prompt, flag, ifStopped, validate, ...(initial !== undefined && { initial }) });
}

import type { Runtime } from '../../src/installation/command-runtime.ts';
import { type ExitCode, exitCodes } from '../../src/model/failure.ts';
import { wrap } from '../../src/report/layout.ts';
import type { Machine } from './machine.ts';
import type { Place } from './place.ts';
import { homeauth } from './shell.ts';
import { counting, type Tally } from './tally.ts';
import { tree } from './tree.ts';
import { visit } from './visit.ts';

/** A step did not end as the story says it does. */
export class Stopped extends Error {
  readonly code: ExitCode;
  constructor(message: string, code: ExitCode) {
    super(message);
    this.code = code;
  }
}

type Rest = Omit<Runtime, 'world' | 'connect' | 'pointer' | 'cwd'>;

/** From a bare server to an app behind a login, told with homeauth's own commands and what they print. @throws Stopped */
export async function tell(machine: Machine, place: Place, rest: Rest): Promise<void> {
  const { terminal, signal } = rest;
  const { tally, ...wired } = counting(machine);
  const runtime: Runtime = { ...rest, ...wired, pointer: place.pointer, cwd: place.root };
  const say = (text = '') => {
    for (const line of wrap(text, terminal.stdout.columns - 1)) terminal.data(line);
  };
  const run = async (argv: readonly string[], also: readonly ExitCode[] = []) => {
    say();
    const code = await homeauth(argv, runtime);
    if (signal.aborted) throw new Stopped('Stopped, as you asked.', exitCodes.interrupted);
    if (code !== exitCodes.fine && !also.includes(code))
      throw new Stopped(`homeauth ${argv[0]} ended with exit status ${code}; it should have been 0.`, code);
    say();
  };
  const { domain } = machine;

  say(machine.about);
  say();
  terminal.data(terminal.stdout.colour.bold(`$ cd ${place.root}`));
  await run(['init', '--yes', '--domain', domain, '--base-dir', place.baseDir, ...owner, ...key]);
  say('The login page is there. Now an app behind it: whoami, a page that shows what it is told about its visitor.');
  await run(['add-app', 'whoami', '--yes', ...key]);
  await show(machine, terminal.data, say);
  say('Is everything as it should be? doctor looks at it again, and changes nothing.');
  await run(['doctor'], machine.requests ? [] : [exitCodes.wrong]);
  say('The same once more: what is right already is left alone.');
  const [before, asked] = [{ ...tally }, machine.requests?.().length ?? 0];
  await run(['apply']);
  say(unchanged(before, tally, machine.requests?.().slice(asked)));
  say();
  say(`What lies where, with modes and owners. ${place.root}:`);
  const lines = await tree(place.root, machine.noted);
  for (const line of lines) terminal.data(`  ${line}`);
  if (lines.some((line) => line.includes('*')))
    say('* Noted, and not set: only root can give files to somebody else. On a server homeauth runs as root.');
}

const owner = ['--admin', 'helen', '--name', 'Helen', '--email', 'helen@example.com', '--tls', 'internal'];
const key = ['--admin-password-file', 'password'];

async function show(machine: Machine, data: (line: string) => void, say: (text?: string) => void): Promise<void> {
  const { stranger, owner: seen } = await visit(machine);
  say(`And what do they see at https://whoami.${machine.domain}? A stranger is sent away:`);
  data(`  ${stranger}`);
  say('helen, once she has logged in, is known to the app:');
  for (const line of seen) data(`  ${line}`);
  if (!stranger.startsWith('302') || !seen.some((line) => /^X-Authentik-Username: helen$/i.test(line)))
    throw new Stopped('That is not what they should see.', exitCodes.wrong);
  say();
}

/** What a second run touched. @throws Stopped where that is anything at all */
function unchanged(before: Tally, after: Tally, requests: readonly { readonly method: string }[] | undefined): string {
  const touched = (what: keyof Tally) => after[what] - before[what];
  const writes = requests?.filter(({ method }) => method !== 'GET' && method !== 'HEAD') ?? [];
  const sums = `${touched('files')} files, ${touched('containers')} containers and ${touched('objects')} objects of authentik`;
  if (writes.length + touched('files') + touched('containers') + touched('objects') > 0)
    throw new Stopped(
      `A second run touched ${sums}, with ${writes.length} requests that write. It must not.`,
      exitCodes.wrong,
    );
  const asked = requests ? ` authentik was asked ${requests.length} questions, all of them GET or HEAD.` : '';
  return `${sums} were touched.${asked}`;
}

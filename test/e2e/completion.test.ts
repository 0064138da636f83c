import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programDirectory } from '../program.ts';

const run = promisify(execFile);

let directory: string;
beforeAll(async () => {
  directory = await programDirectory();
  await writeFile(join(directory, 'homeauth.yaml'), 'apps:\n  - whoami\n  - name: wiki\n    upstream: nonsense\n');
  for (const shell of ['zsh', 'fish']) {
    const { stdout } = await run(join(directory, 'homeauth'), ['completion', shell]);
    await writeFile(join(directory, `completion.${shell}`), stdout);
  }
  await writeFile(join(directory, 'ask.zsh'), askZsh);
});
afterAll(() => rm(directory, { recursive: true }));

/**
 * Types a line into an interactive zsh and presses Tab. What its completion system adds is written down by a function
 * in the place of its own `compadd`; a widget says when it is through.
 */
const askZsh = String.raw`
zmodload zsh/zpty
zpty shell zsh -f -i
type_in() { zpty -w shell "$1" }
type_in 'PROMPT= ; PATH=$PWD:$PATH; autoload -Uz compinit; compinit -u -D; source completion.zsh'
type_in 'compadd() { local -a given=("$@"); local -a hits
  if (( ! $given[(I)-[OAD]] )); then builtin compadd -A hits "$@"; print -rl -- $hits >> offered; fi
  builtin compadd "$@" }'
type_in 'ask() { zle complete-word; print -rn >> through }; zle -N ask; bindkey "^I" ask'
zpty -w -n shell "$1"$'\t'
for (( n = 0; n < 200; n++ )); do
  zpty -r -t shell _ || :
  [[ -e through ]] && break
  sleep 0.05
done
[[ -e through ]] || { print -u2 'zsh did not answer'; exit 1 }
[[ -e offered ]] && cat offered
exit 0
`;

const shells: Readonly<Record<string, (line: string) => Promise<string[]>>> = {
  async zsh(line) {
    await Promise.all(['offered', 'through'].map((file) => rm(join(directory, file), { force: true })));
    const { stdout } = await run('zsh', ['-f', 'ask.zsh', line], { cwd: directory, env: environment() });
    return wordsIn(stdout);
  },
  async fish(line) {
    const ask = 'source completion.fish; complete -C $argv[1]';
    const { stdout } = await run('fish', ['--no-config', '-c', ask, line], { cwd: directory, env: environment() });
    return wordsIn(stdout);
  },
};

const environment = () => ({
  ...process.env,
  HOME: directory,
  HOMEAUTH_CONFIG: join(directory, 'homeauth.yaml'),
  PATH: `${directory}:${process.env['PATH']}`,
});

/** One candidate a line; fish puts its description behind a tab. */
const wordsIn = (text: string): string[] => [
  ...new Set(text.split('\n').flatMap((line) => line.split('\t')[0]?.trim() || [])),
];

describe.each(Object.entries(shells))('%s', (_, offered) => {
  test.each([
    ['homeauth unin', ['uninstall']],
    ['homeauth user li', ['list']],
    ['homeauth init --tls ', ['auto', 'internal', 'cloudflare', 'external']],
    ['homeauth add-app wiki --mode ', ['app', 'domain']],
    ['homeauth completion ', ['bash', 'zsh', 'fish']],
    ['homeauth remove-app ', ['whoami', 'wiki']],
    ['homeauth plan --exit', ['--exit-code']],
    ['homeauth --json user list --verb', ['--verbose']],
  ])('offers what fits behind "%s"', async (line, expected) => {
    expect((await offered(line)).toSorted()).toEqual(expected.toSorted());
  });

  test('offers no flag of another command', async () => {
    const flags = await offered('homeauth plan --');
    expect(flags).toEqual(expect.arrayContaining(['--exit-code', '--json']));
    expect(flags).not.toContain('--upstream');
  });
});

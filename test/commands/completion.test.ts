import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCli } from '../../src/cli.ts';
import { type Grammar, grammarOf } from '../../src/commands/completion/grammar.ts';
import { completion } from '../../src/commands/completion.ts';
import { questions } from '../../src/config/questions.ts';
import type { Runtime } from '../../src/installation/command-runtime.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { programDirectory } from '../program.ts';

const grammar: Grammar = grammarOf(
  buildCli('0', questions, async () => {}),
  ['immich', 'whoami'],
);
const scriptFor = async (shell: string): Promise<string> => {
  const terminal = fakeTerminal();
  await completion(shell, grammar, { terminal } as unknown as Runtime);
  return terminal.out.join('\n');
};

let directory: string;
beforeAll(async () => {
  directory = await programDirectory();
  await writeFile(
    join(directory, 'homeauth.yaml'),
    'apps:\n  - whoami\n  - name: wiki\n    upstream: nonsense\n  - { name: "x$(id)" }\n',
  );
  await writeFile(join(directory, 'completion.bash'), await scriptFor('bash'));
});
afterAll(() => rm(directory, { recursive: true }));

/** What bash offers for a line; the word under the cursor is the last one. */
async function offered(...words: readonly string[]): Promise<string[]> {
  const line = [join(directory, 'homeauth'), ...words];
  const ask = `source completion.bash
    compopt() { :; }
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _homeauth
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { ...process.env, HOMEAUTH_CONFIG: join(directory, 'homeauth.yaml') };
  const { stdout } = await promisify(execFile)('bash', ['-c', ask, 'bash', ...line], { cwd: directory, env });
  return stdout.split('\n').filter((word) => word !== '');
}

describe('bash', () => {
  test('offers every command, and help', async () => {
    const names = buildCli('0', questions, async () => {}).commands.map((command) => command.name());
    expect((await offered('')).sort()).toEqual([...names, 'help'].sort());
    expect(await offered('--config', 'plan', 'unin')).toEqual(['uninstall']);
  });

  test('offers the flags of a command, and those that go with every one', async () => {
    const flags = await offered('plan', '--');
    expect(flags).toEqual(expect.arrayContaining(['--exit-code', '--json', '--config']));
    expect(flags).not.toContain('--upstream');
  });

  test.each([
    [
      ['init', '--tls', ''],
      ['auto', 'internal', 'cloudflare', 'external'],
    ],
    [['init', '--tls', '=', 'int'], ['internal']],
    [
      ['init', '--tls', '='],
      ['auto', 'internal', 'cloudflare', 'external'],
    ],
    [['--color', 'n'], ['never']],
    [
      ['add-app', 'wiki', '--mode', ''],
      ['app', 'domain'],
    ],
    [
      ['add-app', ''],
      ['immich', 'whoami'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['help', 'exit'], ['exit-codes']],
    [['--json', 'user', 'li'], ['list']],
    [['user', 'list', '--verb'], ['--verbose']],
    [['uninstall', '--confirm', ''], []],
    [['init', '--base-dir', 'comp'], ['completion.bash']],
  ])('offers for %j: %j', async (words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });

  test('offers the apps that homeauth.yaml has, however wrong the rest of it is', async () => {
    expect(await offered('remove-app', '')).toEqual(['whoami', 'wiki']);
  });
});

test.each(['zsh', 'fish'])('the script for %s has every command, flag and word', async (shell) => {
  const script = await scriptFor(shell);
  for (const { name, flags, words } of grammar.verbs.flatMap((verb) => [verb, ...verb.verbs])) {
    expect(script).toContain(name);
    for (const { names } of flags) expect(script).toContain(names[0]!.slice(shell === 'fish' ? 2 : 0));
    if (words !== 'apps' && words.length > 0) expect(script).toContain(words.join(' '));
  }
  expect(script).toContain('homeauth app-names');
});

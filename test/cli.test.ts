import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { usageError } from '../src/cli/usage-error.ts';
import { buildCli } from '../src/cli.ts';
import { questions } from '../src/config/questions.ts';
import { outcome, programDirectory } from './program.ts';

const cliFor = (act: Parameters<typeof buildCli>[2] = async () => {}) => buildCli('0', questions, act);

/** The help of a command, as it is shown on 80 columns. */
function helpOf(name = ''): string {
  const shown: string[] = [];
  const words = name.split(' ').filter((word) => word !== '');
  const target = words.reduce((parent, word) => parent.commands.find((one) => one.name() === word)!, cliFor());
  target.configureOutput({ writeOut: (text) => void shown.push(text), getOutHelpWidth: () => 80 }).outputHelp();
  return shown.join('');
}

/** The names of all commands, of those that only hold others too. */
const namesBelow = (parent: Command, above = ''): string[] =>
  parent.commands.flatMap((one) => [above + one.name(), ...namesBelow(one, `${above}${one.name()} `)]);
const names = namesBelow(cliFor());

describe.each([undefined, ...names])('the help of %s', (name) => {
  const help = helpOf(name);

  test('fits on 80 columns', () => {
    expect(help.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('begins with examples that can be typed', async () => {
    expect(help).toMatch(/^Examples:\n {2}\$ (source <\()?homeauth /);
    const lines = help
      .split('\n\n')[0]!
      .replaceAll(/ \\\n +/g, ' ')
      .split('\n')
      .slice(1);
    for (const line of lines) {
      const [, words = ''] = /homeauth ([^)>]*)/.exec(line) ?? [];
      const asked: string[] = [];
      await cliFor(async (command) => void asked.push(command)).parseAsync(words.trim().split(' '), { from: 'user' });
      expect(asked).toHaveLength(1);
      expect(`${asked[0]} `).toMatch(`${name ?? words.split(' ')[0]} `);
    }
  });
});

describe('a mistyped line', () => {
  test.each([
    ['plna', 'homeauth has no command "plna".', 'Did you mean: homeauth plan'],
    ['frobnicate', 'homeauth has no command "frobnicate".', 'All commands: homeauth --help'],
    ['plan --jsno', 'homeauth plan has no flag --jsno.', 'Did you mean: homeauth plan --json'],
    ['plan --frobnicate', 'homeauth plan has no flag --frobnicate.', 'All flags: homeauth plan --help'],
    ['--versoin', 'homeauth has no flag --versoin.', 'Did you mean: homeauth --version'],
    ['remove-app', '<name> is missing behind homeauth remove-app.', 'Write it like this: homeauth remove-app <name>'],
    ['explain helen', '<app> is missing behind homeauth explain.', 'Write it like this: homeauth explain <user> <app>'],
    ['rotate', '<secret> is missing behind homeauth rotate.', 'Write one of: database, key, token, mail, all'],
    ['plan x', 'homeauth plan was given too many arguments.', 'How it is written: homeauth plan --help'],
    ['plan --config', '--config needs a value.', 'Write it like this: homeauth plan --config <file>'],
    [
      'init --tls intrnal',
      '"intrnal" is not one of: auto, internal, cloudflare, external.',
      'Did you mean: homeauth init --tls internal',
    ],
    [
      'add-app x --mode y',
      '"y" is not one of: app, domain.',
      'Write it like this: homeauth add-app --mode <app|domain>',
    ],
    ['user lst', 'homeauth user has no command "lst".', 'Did you mean: homeauth user list'],
    ['backup lst', 'homeauth backup has no command "lst".', 'Did you mean: homeauth backup list'],
    ['user list --jsno', 'homeauth user list has no flag --jsno.', 'Did you mean: homeauth user list --json'],
    [
      'apply --wait soon',
      '"soon" is not a whole number of minutes, from 0 to 1440.',
      'Write it like this: homeauth apply --wait <minutes>',
    ],
    [
      'user add anna --wait -1',
      '"-1" is not a whole number of minutes, from 0 to 1440.',
      'Write it like this: homeauth user add --wait <minutes>',
    ],
    [
      'apply --wait 1441',
      '"1441" is not a whole number of minutes, from 0 to 1440.',
      'Write it like this: homeauth apply --wait <minutes>',
    ],
    ['plan --wait 3', 'homeauth plan has no flag --wait.', 'All flags: homeauth plan --help'],
    ['completion bsh', '"bsh" is not one of: bash, zsh, fish.', 'Did you mean: homeauth completion bash'],
  ])('homeauth %s', async (line, problem, fix) => {
    const cli = cliFor();
    const argv = line.split(' ');
    const error = await cli.parseAsync(argv, { from: 'user' }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(CommanderError);
    expect(usageError(error as CommanderError, argv, cli)).toMatchObject({ code: 'misuse', exit: 2, problem, fix });
  });
});

test('the program', async () => {
  const directory = await programDirectory();
  const homeauth = (...args: readonly string[]) => outcome(join(directory, 'homeauth'), args);
  try {
    expect(await homeauth()).toEqual({ code: 0, stderr: '', stdout: expect.stringMatching(/^Examples:/) });
    const group = await homeauth('user');
    expect(group).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^Examples:[\s\S]*homeauth user list/),
    });
    const topic = await homeauth('help', 'whatever');
    const stderr = 'homeauth has no command "whatever".\nAll commands: homeauth --help\n';
    expect(topic).toEqual({ code: 2, stdout: '', stderr });
    const flag = await homeauth('plan', '--jsno', '--json');
    expect(flag).toMatchObject({ code: 2, stderr: expect.stringMatching(/\nDid you mean: homeauth plan --json\n$/) });
    expect(JSON.parse(flag.stdout)).toMatchObject({ schema: 'homeauth.plan/1', ok: false, error: { code: 'misuse' } });
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('the commands under Care come in the order in which a year needs them', () => {
  const [, care = ''] = /^Care:\n([\s\S]*?)\n\n/m.exec(helpOf()) ?? [];
  expect([...care.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name)).toEqual([
    ...['status', 'doctor', 'report', 'backup', 'schedule', 'notify', 'mail', 'upgrade', 'rotate', 'restore', 'rescue'],
  ]);
});

import { describe, expect, test } from 'vitest';
import { desk, type } from './tty.ts';

const domain = { message: 'Domain for your apps', flag: '--domain NAME', ifStopped: 'Nothing was changed.' };

describe('a question', () => {
  test('is put on standard error and returns what was typed', async () => {
    const at = desk();
    const [answer] = await Promise.all([at.terminal.ask(domain), type(at, ['Domain', 'home.example.com\r'])]);
    expect(answer).toBe('home.example.com');
    expect(at.stdout.text).toBe('');
    expect(at.stderr.text).toContain('? Domain for your apps');
  });

  test('offers what Enter takes', async () => {
    const at = desk();
    const answer = at.terminal.ask({ ...domain, initial: 'example.org' });
    await type(at, ['(example.org)', '\r']);
    expect(await answer).toBe('example.org');
  });

  test('says what is wrong and keeps asking', async () => {
    const at = desk();
    const validate = (value: string) => (value.includes(' ') ? 'It has a space in it.' : undefined);
    const answer = at.terminal.ask({ ...domain, validate });
    await type(at, ['Domain', 'a b\r'], ['It has a space in it.', '\u007f\u007fc\r']);
    expect(await answer).toBe('ac');
  });

  test('says what is wrong without breaking a word', async () => {
    const at = desk();
    const sentence = `${'a '.repeat(38)}helen@example.com is an address.`;
    const answer = at.terminal.ask({ ...domain, validate: (v) => (v === 'y' ? sentence : undefined) });
    await type(at, ['Domain', 'y\r'], ['helen@example.com', '\u007fz\r']);
    expect(await answer).toBe('z');
  });

  test('clears the live line first', async () => {
    const at = desk();
    at.terminal.live('waiting');
    const answer = at.terminal.ask(domain);
    await type(at, ['Domain', 'x\r']);
    await answer;
    expect(at.stderr.text.startsWith('waiting\r\u001b[2K')).toBe(true);
  });

  test('has no colour where none is wanted', async () => {
    const at = desk();
    const answer = at.terminal.ask({ ...domain, initial: 'x', validate: (v) => (v === 'y' ? 'No.' : undefined) });
    await type(at, ['Domain', 'y\r'], ['No.', '\u007fz\r']);
    await answer;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(at.stderr.text).not.toMatch(/\u001b\[[\d;]*m/);
  });
});

describe('a secret', () => {
  test('is never shown', async () => {
    const at = desk();
    const answer = at.terminal.askSecret({ ...domain, message: 'Password', again: 'Password again' });
    const differing: [string, string][] = [
      ['? Password', 'hunter2\r'],
      ['? Password again', 'hunter3\r'],
    ];
    const same: [string, string][] = [
      ['? Password', 'hunter2\r'],
      ['? Password again', 'hunter2\r'],
    ];
    await type(at, ...differing, ['The two are not the same.', ''], ...same);
    const secret = await answer;
    expect(secret.reveal()).toBe('hunter2');
    expect(at.stderr.text).toContain('•••••••');
    expect(at.stderr.text).not.toContain('hunter');
  });
});

describe('a confirmation', () => {
  const go = { message: 'Go ahead?', flag: '--yes', ifStopped: 'Nothing was changed.' };

  test.each([
    ['y\r', false, true],
    ['no\r', true, false],
    ['\r', true, true],
    ['\r', false, false],
  ])('%j with %s at first is %s', async (keys, initial, result) => {
    const at = desk();
    const answer = at.terminal.confirm({ ...go, initial });
    await type(at, [initial ? '(Y/n)' : '(y/N)', keys]);
    expect(await answer).toBe(result);
  });

  test('takes nothing else for a yes', async () => {
    const at = desk();
    const answer = at.terminal.confirm({ ...go, initial: true });
    await type(at, ['Go', 'maybe\r'], ['Please answer y or n.', '\u0015n\r']);
    expect(await answer).toBe(false);
  });

  test('shows details and asks again', async () => {
    const at = desk();
    const answer = at.terminal.confirm({ ...go, initial: false, details: 'all of it' });
    await type(at, ['Details: d · Go ahead? (y/N)', 'd\r'], ['all of it', ''], ['Go ahead?', 'y\r']);
    expect(await answer).toBe(true);
  });

  test('is answered by --yes, where that is its flag, and only there', async () => {
    const { terminal } = desk({ flags: { yes: true } });
    expect(await terminal.confirm({ ...go, initial: false })).toBe(true);
    const take = { ...go, flag: '--overwrite /etc/x', initial: false };
    await expect(terminal.confirm(take)).rejects.toMatchObject({ code: 'nobody-to-ask' });
  });
});

test('a choice is made with the arrow keys', async () => {
  const at = desk();
  const choices = [
    { value: 1, name: 'one' },
    { value: 2, name: 'two' },
  ];
  const answer = at.terminal.choose({ ...domain, message: 'Which?', choices });
  await type(at, ['Which?', '\u001b[B\r']);
  expect(await answer).toBe(2);
});

test('names among the choices make no line, and steer nothing', async () => {
  const at = desk({ columns: 1000 });
  const name = 'wiki\n✓ forged\r✓ forged\x1b[2J\x1b]0;title\x07\u202e';
  const choices = [{ value: 1, name, description: name }];
  const answer = at.terminal.choose({ ...domain, message: `Which${name}`, choices });
  await type(at, ['Which', '\r']);
  await answer;
  expect(at.stderr.text).toContain('✓ forged');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(at.stderr.text).not.toMatch(/^\s*✓ forged|\x1b\[2J|\x1b\]|\x07|\u202e/m);
});

describe('nobody is asked', () => {
  test.each([
    ['with --no-input', { flags: { noInput: true } }, '--no-input was given'],
    ['with --yes', { flags: { yes: true } }, '--yes was given'],
    ['in CI', { env: { CI: 'true' } }, 'CI is set'],
    ['without a terminal', { tty: false }, 'standard input is no terminal'],
  ])('%s', async (_, options, why) => {
    const { terminal, stderr } = desk(options);
    expect(terminal.interactive).toBe(false);
    for (const asked of [
      () => terminal.ask(domain),
      () => terminal.askSecret(domain),
      () => terminal.choose({ ...domain, choices: [] }),
    ]) {
      await expect(asked()).rejects.toMatchObject({
        problem: 'homeauth would have to ask: Domain for your apps',
        why: expect.stringContaining(why),
        fix: 'Answer with a flag: --domain NAME',
        exit: 2,
      });
    }
    expect(stderr.text).toBe('');
  });
});

describe('the user stops', () => {
  test.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('with %s', async (_, key) => {
    const at = desk();
    const stopped = expect(at.terminal.ask(domain)).rejects.toMatchObject({
      code: 'interrupted',
      problem: 'Stopped, as you asked. Nothing was changed.',
      exit: 130,
    });
    await type(at, ['Domain', key]);
    await stopped;
  });

  test('with a signal from outside', async () => {
    const at = desk();
    const stopped = expect(at.terminal.ask(domain)).rejects.toMatchObject({ code: 'interrupted' });
    await type(at, ['Domain', '']);
    at.interrupt.abort();
    await stopped;
  });

  test('by hanging up', async () => {
    const at = desk();
    const stopped = expect(at.terminal.ask(domain)).rejects.toMatchObject({ code: 'interrupted' });
    await type(at, ['Domain', '']);
    at.stdin.end();
    await stopped;
  });
});

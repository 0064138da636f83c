import { afterEach, describe, expect, test, vi } from 'vitest';
import { desk } from './tty.ts';

afterEach(() => {
  vi.useRealTimers();
});

const clear = '\r\u001b[2K';

test('data goes to standard output, messages to standard error', () => {
  const { terminal, stdout, stderr } = desk();
  terminal.data('{}');
  terminal.say('hello');
  expect([stdout.text, stderr.text]).toEqual(['{}\n', 'hello\n']);
});

describe('the live line', () => {
  test('is rewritten in place, and gone before any other output', () => {
    const { terminal, stdout, stderr } = desk({ columns: 80 });
    terminal.live('a');
    terminal.live('b');
    terminal.data('data');
    terminal.live('c');
    terminal.say('said');
    terminal.live('d');
    terminal.live(undefined);
    terminal.live(undefined);
    expect(stderr.text).toBe(`a${clear}b${clear}c${clear}said\nd${clear}`);
    expect(stdout.text).toBe('data\n');
  });

  test('never wraps', () => {
    const { terminal, stderr } = desk({ columns: 10 });
    terminal.live('日本語日本語日本語');
    expect(stderr.text).toBe('日本語');
  });

  test('does not hide the cursor, so a killed process leaves it alone', () => {
    const { terminal, stderr } = desk();
    terminal.live('a');
    expect(stderr.text).not.toContain('\u001b[?25l');
  });

  test.each([
    ['without a terminal', { tty: false }],
    ['on a dumb one', { env: { TERM: 'dumb' } }],
  ])('%s is a new line every 30 s', (_, options) => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { terminal, stderr } = desk(options);
    for (let second = 0; second <= 70; second += 1) {
      terminal.live(`${second} s`);
      vi.advanceTimersByTime(1000);
    }
    terminal.live(undefined);
    expect(stderr.text).toBe('30 s\n60 s\n');
  });
});

test('a reader that goes away does not stop the work', () => {
  const { terminal, stdout } = desk();
  stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  expect(() => terminal.data('more')).not.toThrow();
  expect(() => stdout.emit('error', new Error('disk full'))).toThrow('disk full');
});

describe('the screen', () => {
  test('is 80 columns wide when nobody knows', () => {
    expect(desk().terminal.stderr.columns).toBe(80);
    expect(desk({ columns: 132 }).terminal.stderr.columns).toBe(132);
  });

  test.each([
    [{ LANG: 'de_DE.UTF-8' }, true],
    [{ LANG: 'en_US.utf8' }, true],
    [{ LANG: 'C' }, false],
    [{}, false],
    [{ LANG: 'C.UTF-8', LC_ALL: 'POSIX' }, false],
    [{ LANG: 'C', LC_ALL: 'C.UTF-8' }, true],
    [{ LANG: 'C.UTF-8', TERM: 'linux' }, false],
  ])('with %o has Unicode: %s', (env, unicode) => {
    expect(desk({ env }).terminal.stderr.unicode).toBe(unicode);
  });

  test.each([
    ['auto', true, {}, true],
    ['auto', false, {}, false],
    ['auto', true, { NO_COLOR: '1' }, false],
    ['auto', true, { NO_COLOR: '' }, true],
    ['auto', true, { TERM: 'dumb' }, false],
    ['auto', false, { FORCE_COLOR: '1' }, true],
    ['auto', true, { FORCE_COLOR: '0' }, false],
    ['auto', true, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    ['always', false, { NO_COLOR: '1' }, true],
    ['never', true, { FORCE_COLOR: '1' }, false],
  ] as const)('with --color %s, terminal %s and %o has colour: %s', (color, tty, env, colour) => {
    const { terminal } = desk({ tty, env, flags: { color } });
    expect(terminal.stderr.colour.red('x') !== 'x').toBe(colour);
  });
});

describe('standard input', () => {
  test('is read to its end, as a secret, without the last line end', async () => {
    const { terminal, stdin } = desk({ tty: false });
    stdin.write('hun');
    stdin.end(Buffer.from('tér2\n'));
    const secret = await terminal.readStdin();
    expect(secret.reveal()).toBe('huntér2');
    expect(String(secret)).toBe('••••••••');
  });

  test('is not read from a keyboard, which would show it', async () => {
    await expect(desk().terminal.readStdin()).rejects.toMatchObject({ code: 'stdin-is-terminal', exit: 2 });
  });
});

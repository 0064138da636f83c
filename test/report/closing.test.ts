import { describe, expect, test } from 'vitest';
import { exitCodes } from '../../src/model/failure.ts';
import { Secret } from '../../src/model/secret.ts';
import { envelope } from '../../src/report/envelope.ts';
import { exitCodeMeanings, exitCodesHelp } from '../../src/report/exit-codes.ts';
import { closing } from '../../src/report/next.ts';
import { duration, elapsed } from '../../src/report/time.ts';
import { plain } from './styles.ts';

test.each([
  [0, '0 s'],
  [59_499, '59 s'],
  [59_500, '1 min'],
  [72_000, '1 min 12 s'],
  [600_000, '10 min'],
  [3_600_000, '1 h'],
  [7_500_000, '2 h 5 min'],
])('%i ms are %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test('less than a second is not worth telling', () => {
  expect(elapsed(999)).toBeUndefined();
  expect(elapsed(1000)).toBe('1 s');
});

describe('the last lines', () => {
  const ready = {
    heading: 'Ready:',
    url: 'https://auth.home.example.com',
    took: 58_000,
    next: [
      { command: 'homeauth user enroll-2fa helen', what: 'second factor' },
      { command: 'homeauth add-app whoami', what: 'your first protected app' },
    ],
  };

  test('say where to go and what comes next', () => {
    expect(closing(ready, plain())).toMatchInlineSnapshot(`
      "Ready: https://auth.home.example.com                                       58 s
      Next:  homeauth user enroll-2fa helen    second factor
             homeauth add-app whoami           your first protected app"
    `);
  });

  test('in 40 columns', () => {
    expect(closing(ready, plain(40))).toMatchInlineSnapshot(`
      "Ready: https://auth.home.example.com
      Next:  homeauth user enroll-2fa helen
               second factor
             homeauth add-app whoami
               your first protected app"
    `);
  });

  test('may be one', () => {
    expect(closing({ heading: 'Open', url: 'https://a.example' }, plain())).toBe('Open https://a.example');
  });
});

describe('an envelope', () => {
  test('is one object on one line', () => {
    const text = envelope('doctor', false, { error: { problem: 'two\nlines' }, token: new Secret('hunter2') });
    expect(text).toBe('{"schema":"homeauth.doctor/1","ok":false,"error":{"problem":"two\\nlines"},"token":"••••••••"}');
  });
});

describe('exit codes', () => {
  test('all have a meaning', () => {
    expect(exitCodeMeanings.map(({ code }) => code)).toEqual(Object.values(exitCodes));
  });

  test('as help', () => {
    expect(exitCodesHelp(plain())).toMatchInlineSnapshot(`
      "    0  Success, or there was nothing to do.
          1  homeauth has a bug. The message says where to report it.
          2  Could not start: a flag, homeauth.yaml, Docker, or a lock.
          3  You declined.
          4  Finished, but something is wrong: doctor, verify, and plan with
             --exit-code.
          5  Stopped half-way. Run the same command again to continue.
        130  Interrupted, by Ctrl-C for example."
    `);
  });
});

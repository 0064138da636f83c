import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import { Secret } from '../../src/model/secret.ts';
import { textOf } from '../../src/model/shown.ts';
import { bug, bugData } from '../../src/report/bug.ts';
import { failure, failureData } from '../../src/report/failure.ts';
import { ascii, coloured, plain } from './styles.ts';

const locked = new Failure({
  code: 'dataset-locked',
  problem: 'The dataset rpool/encrypted is locked.',
  why: 'Its folder is there, but it belongs to rpool, which is not encrypted: your secrets would be written in plain text and hidden after the next unlock.',
  fix: 'Unlock it:  zfs load-key rpool/encrypted && zfs mount -a',
});

const typo = new Failure({
  code: 'config-invalid',
  problem: 'homeauth.yaml:14:11  mode: "domian" is not a mode.',
  details: ['  13 │   - name: wiki', '  14 │     mode: domian', '     │           ^^^^^^ did you mean "domain"?'],
  fix: 'Write "app" or "domain".',
});

describe('a failure', () => {
  test('says what, why, and last the command', () => {
    expect(failure(locked, plain())).toMatchInlineSnapshot(`
      "The dataset rpool/encrypted is locked.
      Its folder is there, but it belongs to rpool, which is not encrypted: your
      secrets would be written in plain text and hidden after the next unlock.
      Unlock it:  zfs load-key rpool/encrypted && zfs mount -a"
    `);
  });

  test('in 40 columns keeps the command on one line', () => {
    expect(failure(locked, plain(40))).toMatchInlineSnapshot(`
      "The dataset rpool/encrypted is locked.
      Its folder is there, but it belongs to
      rpool, which is not encrypted: your
      secrets would be written in plain text
      and hidden after the next unlock.
      Unlock it:
        zfs load-key rpool/encrypted && zfs mount -a"
    `);
  });

  test('quotes the file, two columns in', () => {
    expect(failure(typo, plain())).toMatchInlineSnapshot(`
      "homeauth.yaml:14:11  mode: "domian" is not a mode.
        13 │   - name: wiki
        14 │     mode: domian
           │           ^^^^^^ did you mean "domain"?
      Write "app" or "domain"."
    `);
  });

  test('quotes it in ASCII', () => {
    expect(failure(typo, ascii())).toMatchInlineSnapshot(`
      "homeauth.yaml:14:11  mode: "domian" is not a mode.
        13 |   - name: wiki
        14 |     mode: domian
           |           ^^^^^^ did you mean "domain"?
      Write "app" or "domain"."
    `);
  });

  test('in colour has the problem in red', () => {
    expect(failure(locked, coloured()).split('\n')[0]).toBe(
      '\u001b[31mThe dataset rpool/encrypted is locked.\u001b[39m',
    );
  });

  test("shows a container's log without its escape sequences", () => {
    const details = '\u001b[31mERROR\u001b[0m boom\r\n  \u001b[2Jat line 1\n';
    const shown = failure(new Failure({ code: 'x', problem: 'It stopped.', details, fix: 'Start it.' }), plain());
    expect(shown).toBe('It stopped.\n  ERROR boom\n    at line 1\nStart it.');
  });

  test('hides a secret that got into it', () => {
    const password = new Secret('hunter2');
    const leaky = new Failure({ code: 'x', problem: `It is ${password}.`, fix: password as unknown as string });
    expect(failure(leaky, plain())).toBe('It is ••••••••.\n••••••••');
    expect(JSON.stringify(failureData(leaky))).not.toContain('hunter2');
  });

  test('is data for a script', () => {
    expect(failureData(typo)).toEqual({
      code: 'config-invalid',
      problem: typo.problem,
      details: textOf(typo.details ?? ''),
      fix: 'Write "app" or "domain".',
      docs: 'docs/problems.md#config-invalid',
    });
  });
});

describe('a bug', () => {
  const error = new TypeError('Cannot read properties of undefined');
  const issues = 'https://example.org/issues';

  test('says where to report it, without a stack', () => {
    expect(bug(error, { debug: false, issues }, plain())).toMatchInlineSnapshot(`
      "homeauth has a bug: Cannot read properties of undefined
      It is not your doing. What was done until then stays.
      Report it with the command you ran, the output of homeauth --version, and what
      it prints with --debug:
      https://example.org/issues"
    `);
  });

  test('has its stack with --debug', () => {
    const text = bug(error, { debug: true, issues }, plain());
    expect(text).toContain('  TypeError: Cannot read properties of undefined\n      at ');
    expect(text.endsWith('the output of homeauth --version:\nhttps://example.org/issues')).toBe(true);
  });

  test('can be anything', () => {
    expect(bug('oops', { debug: true, issues }, plain())).toContain('homeauth has a bug: oops');
    expect(bugData(undefined, issues)).toMatchObject({ code: 'bug', problem: 'homeauth has a bug: undefined' });
  });
});

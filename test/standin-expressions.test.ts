import { expect, test } from 'vitest';
import { parseConfig } from '../src/config/parse.ts';
import { guesses } from '../src/desired/guesses.ts';
import { invitations } from '../src/desired/invitations.ts';
import { recovery } from '../src/desired/recovery.ts';
import { secondFactor } from '../src/desired/second-factor.ts';
import { eras } from '../src/model/release.ts';
import { full } from './config/sample.ts';
import { EXPRESSIONS, evaluate } from './standin/expressions.ts';
import type { Asking } from './standin/flow/policies.ts';

/** Somebody in a plan, as far as expressions look at it. */
const asking = (plan: object): Asking =>
  ({
    call: {
      query: new URLSearchParams(),
      state: { groups: [], users: [], devices: [], reputations: [] },
      host: 'auth.home.example.com',
      site: { era: { setupPage: true } },
    },
    plan: { flow: '', steps: [], data: {}, ...plan },
  }) as unknown as Asking;

test('every expression that homeauth makes can be read', () => {
  const { config } = parseConfig(full, 'homeauth.yaml');
  const all = { ...config, policies: { secondFactor: 'admins' as const, recovery: true, invitations: true } };
  const found = [
    ...recovery(all, eras[0]!, { kind: 'x', key: '' } as never),
    ...invitations(all, { kind: 'x', key: '' } as never),
    ...guesses(['172.18.0.0/16'], { kind: 'x', key: '' } as never),
    ...secondFactor(all, { kind: 'x', key: '' } as never),
  ]
    .flat()
    .flatMap((one) => (one.kind === 'policy' ? [String(one.spec.fields['expression'])] : []));
  expect(found.length).toBeGreaterThan(1);
  const unread = found.filter((expression) => evaluate(expression, asking({})) === undefined);
  expect(unread).toEqual([]);
});

test.each([
  ["return not bool(request.context.get('is_restored', False))", true, false],
  ["return bool(request.context.get('is_restored', True))", true, true],
  ["return request.context.get('is_restored', False)", false, true],
])('%s', (expression, fresh, restored) => {
  expect(evaluate(expression, asking({}))).toBe(fresh);
  expect(evaluate(expression, asking({ restored: { key: 'key', user: 0, revokeOnExecution: true } }))).toBe(restored);
});

test('the password is passed over by whoever has proven who it is', () => {
  expect(evaluate(EXPRESSIONS.notYetAuthenticated, asking({}))).toBe(true);
  expect(evaluate(EXPRESSIONS.notYetAuthenticated, asking({ authenticated: true }))).toBe(false);
});

test('one that it does not know has no answer', () => {
  expect(evaluate('return len(request.user.username) > 3', asking({}))).toBeUndefined();
});

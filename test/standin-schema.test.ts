import { expect, test } from 'vitest';
import { readRecording } from './recordings/exchange.ts';
import { eraOf } from './standin/era.ts';
import { type Exchanged, SchemaCheck } from './standin/schema/check.ts';
import { documentOf, readDocument } from './standin/schema/document.ts';
import { RECORDED_OTHERWISE } from './standin/schema/watch.ts';

const FILES = [
  '01-startup',
  '02-happy-path',
  '03-errors',
  '04-forward-auth',
  '05-second-factor',
  '06-recovery-invitation',
  '07-oauth2',
  '09-restarts-and-worker',
  '10-extras',
];
const check = new SchemaCheck(readDocument(documentOf(eraOf('2026.5.6'))));
const newer = new SchemaCheck(readDocument(documentOf(eraOf('2026.8.6'))));

/** Recorded exchanges of the REST API that Django answered. */
const recorded = FILES.flatMap(readRecording)
  .filter(({ request, response }) => request.path.startsWith('/api/v3/') && response.headers?.['allow'])
  .map(({ request, response }): Exchanged => {
    const [path = '', query = ''] = request.path.split('?');
    const isJson = String(response.headers?.['content-type']).startsWith('application/json');
    return {
      method: request.method,
      path: path.slice('/api/v3'.length),
      query: new URLSearchParams(query),
      sent: request.body ?? undefined,
      status: response.status ?? 0,
      answered: isJson ? response.body : undefined,
    };
  });

test('the recorded answers fit the schema, but for the differences that are listed', () => {
  const found = recorded.flatMap((one) => check.violations(one)).filter((one) => /: (answer|status) /.test(one));
  expect(found.filter((one) => !RECORDED_OTHERWISE.some((known) => known.test(one)))).toEqual([]);
  expect(RECORDED_OTHERWISE.filter((known) => !found.some((one) => known.test(one)))).toEqual([]);
  expect(recorded.length).toBeGreaterThan(300);
});

const example = recorded.find((one) => one.method === 'POST' && one.path === '/core/groups/' && one.status === 201);
if (!example) throw new Error('no recorded group');
const group = example.answered as Record<string, unknown>;

test.each([
  ['a field is missing', { answered: { ...group, num_pk: undefined } }, /required property 'num_pk'/],
  ['a field has another type', { answered: { ...group, is_superuser: 'yes' } }, /is_superuser must be boolean/],
  ['a field may not be null', { answered: { ...group, users: null } }, /users must be array/],
  ['a field is unknown', { answered: { ...group, colour: 'red' } }, /additional properties.*colour/],
  ['the status is another', { status: 200 }, /status 200 is not in the schema/],
  ['the answer is empty', { answered: undefined }, /must be object/],
  ['the request has an unknown field', { sent: { name: 'x', colour: 'red' } }, /request must NOT.*colour/],
  ['the request lacks a field', { sent: {} }, /request must have required property 'name'/],
  ['the request has another type', { sent: { name: 5 } }, /request\/name must be string/],
  ['the address is unknown', { path: '/core/clubs/' }, /not in the schema/],
  ['the filter is unknown', { method: 'GET', status: 200, query: new URLSearchParams('nam=x') }, /filter "nam"/],
])('notices when %s', (_what, change, sentence) => {
  expect(check.violations({ ...example })).toEqual([]);
  expect(check.violations({ ...example, ...change })).toContainEqual(expect.stringMatching(sentence));
});

test('notices an answer of another release', () => {
  const binding = recorded.find((one) => one.path === '/policies/bindings/' && one.status === 201);
  if (!binding) throw new Error('no recorded binding');
  expect(check.violations(binding)).toEqual([]);
  expect(newer.violations(binding)).toContainEqual(expect.stringMatching(/required property 'expiring'/));
});

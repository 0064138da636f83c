import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Collection } from '../../../src/world/authentik/schema.ts';
import { misfit, misfitPage, rows } from '../../../src/world/authentik/shape.ts';
import { readRecording } from '../../recordings/exchange.ts';

const files = readdirSync(join(import.meta.dirname, '../../recordings/2026.8.0-rc1'));
const recorded = files
  .flatMap((file) => readRecording(file.replace('.jsonl', '')))
  .filter(({ response }) => response.status === 200 || response.status === 201);

test('whatever a real authentik answered is as it should be', () => {
  const met = new Map<string, number>();
  for (const { request, response, file, line } of recorded) {
    const [, path = ''] = /^\/api\/v3\/(.*?)\/?(?:\?|$)/.exec(request.path) ?? [];
    const body = response.body as { results?: unknown[] } | undefined;
    // Lists that homeauth does not read are as they like.
    const isRead = path in rows || /^(stages|policies\/expression)\b/.test(path);
    if (body?.results && !isRead) continue;
    const found = body?.results
      ? misfit(path as Collection, body.results)
      : path in rows && request.method === 'POST'
        ? misfit(path as Collection, [body])
        : misfitPage(path, body);
    expect(found, `${file}:${line} ${request.method} ${request.path}`).toBeUndefined();
    if (body?.results && path in rows) met.set(path, (met.get(path) ?? 0) + body.results.length);
  }
  // Of most sorts there is at least one, so that this was not said of nothing.
  expect([...met.values()].filter((count) => count > 0).length).toBeGreaterThan(8);
});

describe('anything else is named', () => {
  const user = { pk: 1, username: 'anna', name: 'Anna' };
  test.each<[rows: unknown[], wrong: string | undefined]>([
    [[user], undefined],
    [[{ ...user, email: null, groups: [], groups_obj: [{ name: 'family' }] }], undefined],
    [[user, null], 'a row of its list'],
    [['anna'], 'a row of its list'],
    [[{ ...user, pk: '1' }], '"pk"'],
    [[{ ...user, username: undefined }], '"username"'],
    [[{ ...user, groups_obj: 'family' }], '"groups_obj"'],
    [[{ ...user, groups_obj: [null] }], 'a row of "groups_obj"'],
    [[{ ...user, attributes: [] }], '"attributes"'],
  ])('%j: %s', (found, wrong) => {
    expect(misfit('core/users', found)).toBe(wrong);
  });

  test.each<[path: string, found: unknown, wrong: string | undefined]>([
    ['admin/settings', { base_url: 'https://auth.home.example.com' }, undefined],
    ['admin/settings', null, 'its answer'],
    ['admin/settings', { base_url: 7 }, '"base_url"'],
    ['tasks/workers', {}, 'its answer'],
    ['core/users/7/recovery', { link: 'https://auth.home.example.com/if/flow/x/' }, undefined],
    ['core/users/7/recovery', { link: 'nowhere' }, '"link"'],
    ['core/users/7', [user], 'its answer'],
    ['something/else', 7, undefined],
  ])('%s %j: %s', (path, found, wrong) => {
    expect(misfitPage(path, found)).toBe(wrong);
  });
});

import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import { plan, planData } from '../../src/report/plan.ts';
import { leaving, reason } from '../words.ts';
import { ascii, coloured, plain } from './styles.ts';

const newer: Change[] = [
  {
    op: 'update',
    id: 'file:/rpool/encrypted/docker/authentik/docker-compose.yml',
    because: [reason('image of authentik: 2026.8.5 → 2026.8.6')],
  },
  { op: 'update', id: 'container:authentik', because: [reason('definition changed')] },
  { op: 'update', id: 'container:authentik-worker', because: [reason('definition changed')] },
];

const all: Change[] = [
  { op: 'keep', id: 'directory:/srv/db', because: leaving('directory:/srv/db', true) },
  { op: 'create', id: 'container:whoami', because: [reason('missing')] },
  { op: 'take', id: 'file:/etc/x', because: [reason('content differs')] },
  { op: 'adjust', id: 'outpost:authentik Embedded Outpost', because: [reason('whoami is not attached')] },
  { op: 'ask', id: 'network:caddy_caddynet', because: [reason('missing')] },
  { op: 'later', id: 'user:helen', because: [reason('authentik is not up')] },
  { op: 'later', id: 'group:family', because: [reason('authentik is not up')] },
  { op: 'later', id: 'image:postgres', because: [reason('Docker does not answer')] },
  { op: 'remove', id: 'container:wiki', because: leaving('container:wiki') },
  { op: 'release', id: 'caddy:caddy', because: leaving('container:wiki') },
];

const command = 'homeauth apply';

describe('a plan', () => {
  test('has a line for each change and a count', () => {
    expect(plan({ changes: newer, total: 64, command }, plain())).toMatchInlineSnapshot(`
      "~ file:/rpool/encrypted/docker/authentik/docker-compose.yml
          image of authentik: 2026.8.5 → 2026.8.6
      ~ container:authentik          definition changed
      ~ container:authentik-worker   definition changed
      3 to change, 61 as they should be. homeauth apply does it."
    `);
  });

  test('puts what happens first, then what needs the user, then the rest', () => {
    expect(plan({ changes: all, total: 70, command }, plain())).toMatchInlineSnapshot(`
      "+ container:whoami
      ~ outpost:authentik Embedded Outpost
          whoami is not attached
      - container:wiki           no longer wanted
      - caddy:caddy              no longer wanted
      ! file:/etc/x
          content differs
          not made by homeauth, which therefore stops here: mv /etc/x /etc/x.old
      ! network:caddy_caddynet   missing
      · directory:/srv/db        holds your data
      · image:postgres           Docker does not answer
      · 2 more cannot be checked yet: authentik is not up
      4 to change, 2 for you to do, 3 to be checked later, 63 as they should be. Then
      homeauth apply does the rest."
    `);
  });

  test('in ASCII', () => {
    expect(plan({ changes: newer, total: 64, command }, ascii())).toMatchInlineSnapshot(`
      "~ file:/rpool/encrypted/docker/authentik/docker-compose.yml
          image of authentik: 2026.8.5 -> 2026.8.6
      ~ container:authentik          definition changed
      ~ container:authentik-worker   definition changed
      3 to change, 61 as they should be. homeauth apply does it."
    `);
  });

  test('in 40 columns', () => {
    expect(plan({ changes: newer, total: 64, command }, plain(40))).toMatchInlineSnapshot(`
      "~ file:/rpool/encrypted/docker/authentik/docker-compose.yml
          image of authentik: 2026.8.5 → 2026.8.6
      ~ container:authentik
          definition changed
      ~ container:authentik-worker
          definition changed
      3 to change, 61 as they should be.
      homeauth apply does it."
    `);
  });

  test('in colour says the same', () => {
    const said = plan({ changes: all, total: 70, command }, coloured());
    expect(said).toContain('\u001b[32m+\u001b[39m container:whoami');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(said.replace(/\u001b\[\d+m/g, '')).toBe(plan({ changes: all, total: 70, command }, plain()));
  });

  test('with nothing in it is one line', () => {
    expect(plan({ changes: [], total: 64, command }, plain())).toBe(
      'Nothing to change: 64 things are as they should be.',
    );
  });

  test('counts what is removed beside what is wanted, and offers nothing where only the user can act', () => {
    const gone = plan({ changes: all.slice(-2), total: 10, command }, plain());
    expect(gone).toContain('2 to change, 10 as they should be. homeauth apply does it.');
    const yours = plan({ changes: [all[4]!], total: 10, command }, plain());
    expect(yours.endsWith('1 for you to do, 9 as they should be.')).toBe(true);
  });

  test('is data for a script', () => {
    expect(planData(newer.slice(1, 2))).toEqual({
      changes: [
        {
          op: 'update',
          id: 'container:authentik',
          because: ['definition changed'],
          reasons: [{ code: 'differs' }],
        },
      ],
    });
  });
});

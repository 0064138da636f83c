import { describe, expect, test } from 'vitest';
import type { Progress } from '../../src/engine/run.ts';
import { kinds } from '../../src/kinds/index.ts';
import type { Change, Op } from '../../src/model/change.ts';
import type { Reason } from '../../src/model/reason.ts';
import { progress } from '../../src/report/progress.ts';
import { width } from '../../src/report/text.ts';
import { leaving, reason } from '../words.ts';
import { ascii, plain } from './styles.ts';

const change = (op: Op, id: Change['id'], ...because: Reason[]): Change => ({ op, id, because });
const waiting = {
  is: 'waiting',
  id: 'container:authentik',
  because: [{ code: 'starting', of: 'authentik', says: 'authentik is starting' }],
  line: 'Applying authentik_core.0056',
  elapsed: 23_000,
  limit: 600_000,
} as const;

describe('while it works, a line that is replaced', () => {
  test.each<[Progress, string]>([
    [{ is: 'stage', title: 'database' }, '· database'],
    [{ is: 'touching', change: change('create', 'container:whoami') }, '· making container whoami'],
    [{ is: 'touching', change: change('update', 'outpost:x') }, '· changing outpost'],
    [waiting, '· authentik is starting   23 s of at most 10 min   "Applying authentik_core.0056"'],
    [
      { is: 'waiting', id: 'user:helen', because: [reason('missing')], elapsed: 400, limit: 60_000 },
      '· user helen: missing   0 s of at most 1 min',
    ],
  ])('%o', (event, live) => {
    expect(progress(event, kinds, plain(120))).toEqual({ live });
  });

  test('is cut to the width', () => {
    expect(progress(waiting, kinds, plain(80))).toEqual({
      live: '· authentik is starting   23 s of at most 10 min   "Applying authentik_core.…',
    });
    const wide = progress({ ...waiting, line: '日本語'.repeat(20) }, kinds, plain(60));
    expect(wide && 'live' in wide && width(wide.live ?? '')).toBeLessThan(60);
  });

  test('in ASCII', () => {
    expect(progress(waiting, kinds, ascii(70))).toEqual({
      live: '. authentik is starting   23 s of at most 10 min   "Applying aut...',
    });
  });

  test('a log line cannot break out of it', () => {
    const event = { ...waiting, line: '\u001b[2J\u001b[31mfatal\u001b[0m\nsecond' };
    expect(progress(event, kinds, plain())).toEqual({
      live: '· authentik is starting   23 s of at most 10 min   "fatal second"',
    });
  });
});

describe('when a stage is done, a line that stays', () => {
  test('with the time it took, from a second on', () => {
    const event = {
      is: 'stage-done',
      title: 'authentik is up',
      changes: [],
      elapsed: 42_000,
      milestone: false,
    } as const;
    expect(progress(event, kinds, plain(50))).toEqual({ say: `✓ authentik is up${' '.repeat(28)}42 s` });
    const slow = progress({ ...event, elapsed: 72_400 }, kinds, plain(50));
    expect(slow).toEqual({ say: expect.stringMatching(/ {2}1 min 12 s$/) });
    const quick = progress({ ...event, elapsed: 999, changes: [change('create', 'file:/a')] }, kinds, plain(50));
    expect(quick).toEqual({ say: '✓ authentik is up' });
  });

  test('with the images that were fetched', () => {
    const changes = [
      change('create', 'image:postgres:17-alpine'),
      change('create', 'image:ghcr.io/goauthentik/server:2026.8.6'),
    ];
    expect(
      progress({ is: 'stage-done', title: 'images', changes, elapsed: 300, milestone: false }, kinds, plain()),
    ).toEqual({
      say: '✓ images                                   postgres:17-alpine · server:2026.8.6',
    });
  });

  test('not where there was nothing to do', () => {
    expect(
      progress({ is: 'stage-done', title: 'x', changes: [], elapsed: 5, milestone: false }, kinds, plain()),
    ).toEqual({
      live: undefined,
    });
  });

  test('always where it is one that the reader waits for', () => {
    const event = { is: 'stage-done', title: 'setup closed', changes: [], elapsed: 5, milestone: true } as const;
    expect(progress(event, kinds, plain())).toEqual({ say: '✓ setup closed' });
  });

  test('what is let go has its own', () => {
    const done = (op: Op, id: Change['id'], because: readonly Reason[] = leaving(id)) =>
      progress({ is: 'let-go', changes: [change(op, id, ...because)] }, kinds, plain());
    expect(done('remove', 'container:wiki')).toEqual({ say: '✓ container wiki removed' });
    expect(done('release', 'caddy:caddy')).toEqual({ say: "✓ Caddy's configuration given back as it was" });
    expect(done('keep', 'directory:/srv/db', leaving('directory:/srv/db', true))).toBeUndefined();
    expect(done('keep', 'directory:/srv/etc', [reason('holds something that homeauth did not make')])).toEqual({
      say: '· folder /srv/etc kept: holds something that homeauth did not make',
    });
    expect(done('create', 'file:/a')).toBeUndefined();
  });

  test('what is let go by the dozen is one line', () => {
    const many = (n: number) => Array.from({ length: n }, (_, i) => change('remove', `application:app${i}`));
    expect(progress({ is: 'let-go', changes: many(98) }, kinds, plain())).toEqual({
      say: expect.stringMatching(/^✓ application app0, app1, app2 … removed +98 in all$/),
    });
    const few = { say: ['app0', 'app1', 'app2'].map((name) => `✓ application ${name} removed`).join('\n') };
    expect(progress({ is: 'let-go', changes: many(3) }, kinds, plain())).toEqual(few);
  });
});

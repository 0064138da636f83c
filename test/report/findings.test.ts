import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { findingsData, proof, verdict } from '../../src/report/findings.ts';
import { ascii, plain } from './styles.ts';

const proven: Finding[] = [
  {
    id: 'stranger',
    status: 'ok',
    title: 'a stranger is asked for a login',
    answer: '302 → auth.home.example.com',
  },
  { id: 'forged', status: 'ok', title: 'forged identity headers do not reach it', answer: '8 spellings tried' },
  {
    id: 'dns',
    status: 'warn',
    title: 'auth.home.example.com resolves',
    issue: {
      code: 'dns',
      problem: 'auth.home.example.com does not resolve on this network yet.',
      fix: [
        'Add to your DNS:  auth.home.example.com  A  192.168.0.4',
        'or once for all:  *.home.example.com     A  192.168.0.4',
      ],
    },
  },
];

const problems: Finding[] = [
  {
    id: 'caddy-version',
    status: 'fail',
    title: 'Caddy has no known hole',
    issue: {
      code: 'caddy-version',
      problem: 'Caddy runs 2.10.2: a forged header can reach your apps.',
      why: 'CVE-2026-30851.',
      fix: [
        'Set the image to caddy:2.11.6, then',
        'docker compose -f /rpool/encrypted/docker/caddy/docker-compose.yml up -d',
      ],
    },
  },
  {
    id: 'bypass-port',
    status: 'fail',
    title: 'paperless cannot be reached around the login',
    issue: {
      code: 'bypass-port',
      problem: 'paperless answers on 192.168.0.4:8010 without a login.',
      why: 'The container publishes that port.',
      fix: 'remove "8010:8000" from its compose file; Caddy reaches it inside caddy_caddynet.',
    },
  },
];

const fine = (n: number): Finding[] =>
  Array.from({ length: n }, (_, i) => ({ id: `fine-${i}`, status: 'ok', title: `check ${i} is fine` }));
const skipped = (n: number): Finding[] =>
  Array.from({ length: n }, (_, i) => ({
    id: `s-${i}`,
    status: 'skip',
    title: `check ${i}`,
    because: { code: 'failed', says: 'Docker is down' },
  }));

const look = { verbose: false, everything: 'homeauth doctor -v' };

describe('proof', () => {
  test('says what was asked and what came back', () => {
    expect(proof(proven, plain())).toMatchInlineSnapshot(`
      "✓ a stranger is asked for a login                   302 → auth.home.example.com
      ✓ forged identity headers do not reach it           8 spellings tried
      ! auth.home.example.com does not resolve on this network yet
          Add to your DNS:  auth.home.example.com  A  192.168.0.4
          or once for all:  *.home.example.com     A  192.168.0.4"
    `);
  });

  test('in ASCII', () => {
    expect(proof(proven, ascii())).toMatchInlineSnapshot(`
      "ok   a stranger is asked for a login               302 -> auth.home.example.com
      ok   forged identity headers do not reach it       8 spellings tried
      !    auth.home.example.com does not resolve on this network yet
             Add to your DNS:  auth.home.example.com  A  192.168.0.4
             or once for all:  *.home.example.com     A  192.168.0.4"
    `);
  });

  test('in 40 columns', () => {
    expect(proof(proven, plain(40))).toMatchInlineSnapshot(`
      "✓ a stranger is asked for a login
          302 → auth.home.example.com
      ✓ forged identity headers do not reach
        it
          8 spellings tried
      ! auth.home.example.com does not
        resolve on this network yet
          Add to your DNS:
            auth.home.example.com  A  192.168.0.4
          or once for all:  *.home.example.com     A  192.168.0.4"
    `);
  });
});

describe('a hundred apps', () => {
  const apps = Array.from({ length: 100 }, (_, n) => `app${String(n).padStart(2, '0')}`);
  const each = (found: (app: string, n: number) => Finding) =>
    apps.map((app, n) => ({ ...found(app, n), subject: app }));
  const guarded = each((app, n) => {
    const common = { id: 'stranger', title: 'a stranger is asked for a login' };
    if (n > 4) return { ...common, status: 'ok', answer: '302 → auth.home.example.com' };
    const issue = { problem: `Caddy cannot reach ${app}.`, why: 'It does not run.', fix: 'homeauth apply' };
    return { ...common, status: 'fail', answer: '502', issue: { code: 'stranger', ...issue } };
  });
  const named = each((app) => ({
    id: 'dns',
    status: 'warn',
    title: `${app}.home.example.com resolves`,
    issue: {
      code: 'dns',
      problem: `${app}.home.example.com does not resolve on this network yet.`,
      fix: `Add to your DNS:  ${app}.home.example.com  A  192.168.0.4`,
    },
    family: {
      is: 'names',
      name: `${app}.home.example.com`,
      issue: {
        problem: 'Names below home.example.com do not resolve on this network yet.',
        fix: 'Add to your DNS:  *.home.example.com  A  192.168.0.4',
      },
    },
  }));

  test('are a handful of lines: what is right is counted, what is wrong in the same way told once', () => {
    expect(proof([...guarded, ...named], plain())).toMatchInlineSnapshot(`
      "✗ Caddy cannot reach app00                                                  502
          5 in all: app00, app01, app02 …
          It does not run.
          Fix: homeauth apply
      ✓ 95 apps: a stranger is asked for a login
      ! Names below home.example.com do not resolve on this network yet
          100 in all: app00, app01, app02 …
          Add to your DNS:  *.home.example.com  A  192.168.0.4"
    `);
    expect(proof([...guarded, ...named], plain(), true).split('\n').length).toBeGreaterThan(300);
  });

  test('that could not be looked at are told once, too, by what goes for all of them', () => {
    const unseen = each((app) => ({
      id: 'bypass-port',
      status: 'skip',
      title: `${app} cannot be reached around the login`,
      because: { code: 'unseen', says: `${app} is no container of this server.` },
      family: { is: 'unseen', name: app, title: 'no way around the login', because: 'They are no containers.' },
    }));
    expect(proof(unseen, plain())).toMatchInlineSnapshot(`
      "· no way around the login
          100 in all: app00, app01, app02 …
          They are no containers."
    `);
    expect(verdict(unseen, look, plain()).split('\n')[0]).toBe('· 100 could not be checked: They are no containers');
  });

  test('are the same for the doctor, who still counts each', () => {
    const text = verdict([...guarded, ...named], look, plain());
    expect(text.split('\n')).toHaveLength(9);
    expect(text).toMatch(/\n105 of 200 checks need attention\./);
    expect(verdict([...guarded, ...named], { ...look, verbose: true }, plain()).split('\n').length).toBeGreaterThan(
      300,
    );
    expect(findingsData([...guarded, ...named]).checks).toHaveLength(200);
  });
});

describe('doctor', () => {
  test('shows problems only, and one verdict', () => {
    expect(verdict([...fine(33), ...problems, ...skipped(9)], look, plain())).toMatchInlineSnapshot(`
      "✗ Caddy runs 2.10.2: a forged header can reach your apps          caddy-version
          CVE-2026-30851.
          Set the image to caddy:2.11.6, then
          docker compose -f /rpool/encrypted/docker/caddy/docker-compose.yml up -d
      ✗ paperless answers on 192.168.0.4:8010 without a login           bypass-port
          The container publishes that port.
          Fix: remove "8010:8000" from its compose file; Caddy reaches it inside
          caddy_caddynet.
      · 9 more could not be checked: Docker is down

      2 of 44 checks need attention. Everything: homeauth doctor -v"
    `);
  });

  test('is one line when all is well', () => {
    expect(verdict(fine(44), look, plain())).toBe('✓ All 44 checks passed.');
    expect(verdict(fine(44), look, ascii())).toBe('ok   All 44 checks passed.');
  });

  test('never says all passed where something could not be looked at', () => {
    expect(verdict([...fine(35), ...skipped(9)], look, plain())).toMatchInlineSnapshot(`
      "· 9 could not be checked: Docker is down

      35 of 44 checks passed, 9 could not be made. Everything: homeauth doctor -v"
    `);
  });

  test('shows everything when asked', () => {
    const text = verdict([...fine(1), ...problems.slice(0, 1), ...skipped(1)], { ...look, verbose: true }, plain());
    expect(text).toMatchInlineSnapshot(`
      "✓ check 0 is fine                                                 fine-0
      ✗ Caddy runs 2.10.2: a forged header can reach your apps          caddy-version
          CVE-2026-30851.
          Set the image to caddy:2.11.6, then
          docker compose -f /rpool/encrypted/docker/caddy/docker-compose.yml up -d
      · check 0                                                         s-0
          Docker is down

      1 of 3 checks needs attention."
    `);
  });

  test('names where each problem is explained, with everything', () => {
    const everything = { ...look, verbose: true, reference: 'docs/problems.md' };
    expect(verdict(problems.slice(0, 1), everything, plain())).toMatch(/\nMore on each: docs\/problems\.md#NAME$/);
    expect(verdict(fine(1), everything, plain())).not.toContain('docs/problems.md');
    expect(verdict(problems, { ...everything, verbose: false }, plain())).not.toContain('docs/problems.md');
  });

  test('is data for a script', () => {
    expect(findingsData([...fine(1), ...skipped(1), ...problems.slice(1)])).toEqual({
      checks: [
        { id: 'fine-0', status: 'ok' },
        { id: 's-0', status: 'skip', cause: 'Docker is down', reason: 'failed' },
        {
          id: 'bypass-port',
          status: 'fail',
          cause: 'paperless answers on 192.168.0.4:8010 without a login. The container publishes that port.',
          fix: 'remove "8010:8000" from its compose file; Caddy reaches it inside caddy_caddynet.',
          docs: 'docs/problems.md#bypass-port',
        },
      ],
    });
  });
});

import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { inDatabase } from '../fakes/people.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';

const hostile = `<script>alert("1")</script>`;
let first: FakeWorld;
let fake: FakeWorld;
let homeauth: ReturnType<typeof homeauthIn>;

beforeAll(async () => {
  first = await installed(['whoami']);
  const run = homeauthIn(first);
  await run('add-app', ['photos'], { upstream: 'photos:80', group: 'family', title: hostile });
  await first.files.write('/etc/pw', 'a long sentence of theirs\n', 0o600);
  for (const name of ['anna', 'ben'])
    await run('user add', [name], { name, email: `${name}@example.com`, passwordFile: '/etc/pw' });
  await run('user groups', ['anna'], { add: ['family'] });
});
afterAll(() => first.close());
beforeEach(async () => {
  fake = await copyOf(first);
  homeauth = homeauthIn(fake);
});
afterEach(() => fake.close());

const data = async () => JSON.parse((await homeauth('report', [], {}, { json: true })).out);
const scheduled = () => homeauth('doctor', [], { scheduled: true });
const figures = async () => JSON.parse((await fake.files.read(at('.homeauth/figures.json'))) ?? '[]');
const page = async () => {
  expect(await homeauth('report', [], { html: '/srv/report.html' })).toMatchObject({ code: 0 });
  return (await fake.files.read('/srv/report.html')) ?? '';
};

test('as data: what is exposed, who may open what, copies, certificates', async () => {
  await homeauth('backup', [], { plain: true });
  const told = await data();
  expect(told).toMatchObject({
    schema: 'homeauth.report/1',
    host: 'nas',
    login: 'https://auth.home.example.com',
    apps: [
      { name: 'whoami', login: 'forward-auth', url: 'https://whoami.home.example.com' },
      { name: 'photos', title: hostile, group: 'family', upstream: 'photos:80' },
    ],
    copies: { count: 1, newest: { encrypted: false } },
    figures: [
      {
        connections: expect.any(Number),
        allowed: expect.any(Number),
        database: 12_000_000,
        copies: expect.any(Number),
      },
    ],
  });
  expect(told.people).toEqual([
    { username: 'anna', active: true, admin: false, apps: ['whoami', 'photos'] },
    { username: 'ben', active: true, admin: false, apps: ['whoami'] },
    { username: 'helen', active: true, admin: true, apps: ['whoami'] },
  ]);
  const hosts = told.certificates.map(({ host }: { host: string }) => host);
  expect(hosts).toEqual(['auth', 'whoami', 'photos'].map((name) => `${name}.home.example.com`));
  expect(told.checks.length).toBeGreaterThan(30);
});

test('who may open what is what explain says of each', async () => {
  await inDatabase(fake, (state) => {
    const ben = state.users.find(({ username }) => username === 'ben');
    if (ben) ben.is_active = false;
  });
  for (const { username, apps } of (await data()).people)
    for (const app of ['whoami', 'photos']) {
      const { out } = await homeauth('explain', [username, app], {}, { json: true });
      expect([username, app, JSON.parse(out).opens]).toEqual([username, app, apps.includes(app)]);
    }
});

test('in words, with nothing that steers a terminal', async () => {
  const { out, code } = await homeauth('report');
  expect(code).toBe(0);
  for (const title of [
    'What is exposed, and behind which login',
    'Who may open what',
    'Copies and drill',
    'Certificates',
    'Over time',
  ])
    expect(out).toContain(title);
  expect(out).toContain('members of family');
  expect(out.replace(/\s+/g, ' ')).toContain('login: the proxy asks authentik before each request');
  expect(out).toMatch(/^whoami\s+passed: \d+ of \d+/m);
  expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('as a page: for root alone, without a script, with nothing from elsewhere', async () => {
  const html = await page();
  expect(await fake.files.stat('/srv/report.html')).toMatchObject({ mode: 0o600 });
  expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
  expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\bsrc=|\bhref=|\bon\w+=/i);
  const [, css = ''] = /<style>([\s\S]*)<\/style>/.exec(html) ?? [];
  const hash = createHash('sha256').update(css).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  expect(html).toContain(`<meta http-equiv="Content-Security-Policy" content="${policy}">`);
});

test('is written over its former self, and over nothing else', async () => {
  await page();
  await page();
  await fake.files.write('/srv/report.html', '<p>theirs</p>', 0o644);
  const { failure } = await homeauth('report', [], { html: '/srv/report.html' });
  expect(failure).toMatchObject({ code: 'report-taken' });
  expect(await fake.files.read('/srv/report.html')).toBe('<p>theirs</p>');
});

test('the timer of doctor keeps figures, for a year and a bit, which the page draws', async () => {
  expect(await page()).not.toContain('<svg');
  await homeauth('doctor');
  expect(await figures()).toEqual([]);
  await scheduled();
  await scheduled();
  expect(await figures()).toHaveLength(2);
  expect(await fake.files.stat(at('.homeauth/figures.json'))).toMatchObject({ mode: 0o600 });
  expect(await page()).toMatch(
    /Size of the database: 12\.0 MB now[\s\S]*<polyline points="0\.0,2\.0 150\.0,2\.0 300\.0,2\.0"/,
  );
  const old = Array.from({ length: 500 }, () => ({ at: '2026-01-01T00:00:00Z', connections: 1 }));
  await fake.files.write(at('.homeauth/figures.json'), JSON.stringify(old), 0o600);
  await scheduled();
  expect(await figures()).toHaveLength(400);
  expect((await figures()).at(-1)).toMatchObject({ database: 12_000_000 });
  expect(await homeauth('plan', [], { exitCode: true })).toMatchObject({ code: 0 });
});

test('figures that nobody can read are begun anew', async () => {
  await scheduled();
  await fake.files.write(at('.homeauth/figures.json'), '[{"at":', 0o600);
  await scheduled();
  expect(await figures()).toHaveLength(1);
});

test('where Docker is away it says so, and tells what it can', async () => {
  await fake.docker.remove('authentik-worker');
  await fake.docker.remove('authentik');
  const { out, code } = await homeauth('report');
  expect(code).toBe(0);
  expect(out).toContain('authentik could not be asked.');
  expect(out).toMatch(/\d problems?/);
});

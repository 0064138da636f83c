import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import { ownHttp } from '../../src/world/http.ts';
import { ownMail } from '../../src/world/mail.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';
import { selfSigned } from '../proxy/nginx.ts';
import { type Mail, smtpServers } from '../smtp/server.ts';

const secret = 'tk-never-to-be-seen';
const password = 'the-mail-password';
let first: FakeWorld;
let fake: FakeWorld;
let homeauth: ReturnType<typeof homeauthIn>;
let place: string;
let web: Server;
let smtp: SMTPServer;
let origin: string;
let mails: Mail[];
let mailAt: { port: number; authorities: string };
/** What came in, and how it is answered. */
let came: { method: string; path: string; headers: IncomingMessage['headers']; body: string }[];
let answers: (path: string) => { status: number; body?: string; headers?: Record<string, string> };

const listening = (server: Server | SMTPServer) =>
  new Promise<number>((done) => {
    const inner = 'server' in server ? server.server : server;
    server.listen(0, '127.0.0.1', () => done((inner.address() as AddressInfo).port));
  });

beforeAll(async () => {
  first = await installed();
  place = await mkdtemp(join(tmpdir(), 'notify-'));
  const { certificate, key, authority } = selfSigned(place, 'example.com');
  const [cert, pem] = await Promise.all([certificate, key].map((path) => readFile(path, 'utf8')));
  smtp = smtpServers({
    username: 'helen',
    password,
    key: pem ?? '',
    cert: cert ?? '',
    received: (mail) => mails.push(mail),
  })['starttls']?.() as SMTPServer;
  web = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const { method = '', url = '', headers } = request;
    came.push({ method, path: url, headers, body });
    const { status, body: text = `no way to ${url}`, headers: more } = answers(url);
    response.writeHead(status, more).end(text);
  });
  origin = `http://127.0.0.1:${await listening(web)}`;
  const port = await listening(smtp);
  mailAt = { port, authorities: authority };
});
afterAll(async () => {
  await first.close();
  web.close();
  smtp.close();
  await rm(place, { recursive: true });
});

beforeEach(async () => {
  fake = await copyOf(first);
  came = [];
  mails = [];
  answers = () => ({ status: 200, body: 'OK' });
  const { http, host } = fake.world;
  const world = {
    ...fake.world,
    http: {
      dial: (asked: Parameters<typeof http.dial>[0]) => (asked.url.startsWith(origin) ? ownHttp : http).dial(asked),
    },
    host: { ...host, authorities: () => mailAt.authorities },
    mail: {
      send: ({ server, ...letter }: Parameters<typeof ownMail.send>[0]) =>
        ownMail.send({ ...letter, server: { ...server, name: server.host, host: '127.0.0.1', port: mailAt.port } }),
    },
  };
  homeauth = homeauthIn(fake, { world });
});
afterEach(() => fake.close());

const put = (path: string, line: string, mode = 0o600) => fake.files.write(path, `${line}\n`, mode);
/** homeauth.yaml with these lines below `notify:`, and with a mail server where somebody gets a mail. */
async function telling(...lines: readonly string[]): Promise<void> {
  const byMail = lines.some((line) => line.startsWith('mail:'));
  const server = [
    '  host: mail.example.com',
    '  username: helen',
    '  password-file: /etc/mail',
    '  from: auth@example.com',
  ];
  const notify = ['notify:', ...lines.map((line) => `  ${line}`)];
  const text = await first.files.read(at('homeauth.yaml'));
  const more = [...(byMail ? ['mail:', ...server] : []), ...notify];
  await put('/etc/mail', password);
  await put('/etc/token', secret);
  await fake.files.write(at('homeauth.yaml'), `${text}${more.join('\n')}\n`, 0o644);
  if (byMail) await homeauth('apply');
}
async function all(): Promise<void> {
  await put('/etc/ntfy', `${origin}/base/${secret}`);
  await put('/etc/hook', `${origin}/hook/${secret}`);
  await put('/etc/hc', `${origin}/ping/${secret}`);
  await put('/etc/kuma', `${origin}/api/push/${secret}?status=up&msg=OK&ping=`);
  await telling(
    'mail: [helen@example.com, anna@example.com]',
    'ntfy: { url-file: /etc/ntfy, token-file: /etc/token }',
    `gotify: { url: '${origin}/gotify/', token-file: /etc/token }`,
    'webhook: { url-file: /etc/hook }',
    'healthchecks: { doctor: /etc/hc }',
    'uptime-kuma: { doctor: /etc/kuma }',
  );
}
const doctor = (terminal = fakeTerminal()) => homeauth('doctor', [], { scheduled: true }, terminal);
const paths = () => came.map(({ path }) => path);
const breakIt = () => fake.files.write(at('container-vars.env'), 'AUTHENTIK_SECRET_KEY=x\n', 0o644);
const shown = (text: string) => text.replace(/\s+/g, ' ');

test('notify test sends one message to each, and says of each what came back', async () => {
  await all();
  const { code, out, err } = await homeauth('notify test');
  expect(out).toMatchInlineSnapshot(`
    "✓ mail: taken by mail.example.com for helen@example.com, anna@example.com
    ✓ ntfy: answered 200
    ✓ gotify: answered 200
    ✓ webhook: answered 200
    ✓ healthchecks (doctor): answered 200
    ✓ uptime-kuma (doctor): answered 200"
  `);
  expect(code).toBe(0);
  const at = (path: string) => came.find((one) => one.path.startsWith(path));
  expect(at('/base/')).toMatchObject({
    method: 'POST',
    path: '/base/',
    headers: { authorization: `Bearer ${secret}` },
  });
  expect(JSON.parse(at('/base/')?.body ?? '')).toMatchObject({
    topic: secret,
    title: 'homeauth on nas: a test',
    priority: 3,
  });
  expect(at('/gotify')).toMatchObject({ path: '/gotify/message', headers: { 'x-gotify-key': secret } });
  expect(JSON.parse(at('/gotify')?.body ?? '')).toMatchObject({ title: 'homeauth on nas: a test' });
  expect(JSON.parse(at('/hook')?.body ?? '')).toMatchObject({ test: true, host: 'nas' });
  expect(at('/ping')).toMatchObject({ method: 'POST', path: `/ping/${secret}/log` });
  expect(at('/api')?.path).toBe(`/api/push/${secret}?status=up&msg=homeauth+on+nas%3A+a+test`);
  expect(came).toHaveLength(5);
  expect(mails).toMatchObject([
    { from: 'auth@example.com', to: ['helen@example.com', 'anna@example.com'], user: 'helen' },
  ]);
  expect(mails[0]?.text).toContain('Subject: homeauth on nas: a test');
  for (const word of [secret, password]) expect(`${out}${err}`).not.toContain(word);
});

test('a problem is told once, and that it is fine again once', async () => {
  await telling('mail: [helen@example.com]', 'ntfy: { url-file: /etc/ntfy }');
  await put('/etc/ntfy', `${origin}/${secret}`);
  await doctor();
  const before = came.length;
  await breakIt();
  const { code } = await doctor();
  expect(code).toBe(4);
  expect(came).toHaveLength(before + 1);
  const { title, message } = JSON.parse(came.at(-1)?.body ?? '');
  expect(title).toMatch(/^homeauth on nas: \d problems?$/);
  expect(message).toContain('On nas, seen by homeauth doctor:');
  expect(message).toContain('container-vars.env can be read by others than root');
  expect(message).toContain(`chmod 600 ${at('container-vars.env')}`);
  expect(mails.at(-1)?.text).toContain('can be read by others');
  await doctor();
  await doctor();
  expect(came).toHaveLength(before + 1);
  await fake.files.write(at('container-vars.env'), (await first.files.read(at('container-vars.env'))) ?? '', 0o600);
  await homeauth('apply');
  await doctor();
  const told = JSON.parse(came.at(-1)?.body ?? '');
  expect(told.title).toMatch(/fine again$/);
  expect(told.message).toContain(`Fine again: only root can read ${at('container-vars.env')}`);
  expect(came).toHaveLength(before + 2);
  await doctor();
  expect(came).toHaveLength(before + 2);
  expect(await fake.files.stat(at('.homeauth/told-doctor.json'))).toMatchObject({ mode: 0o600 });
  expect(await fake.files.read(at('.homeauth/told-doctor.json'))).not.toContain(secret);
  expect(await homeauth('plan', [], { exitCode: true })).toMatchObject({ code: 0 });
});

test('what nobody could look at is not fine again', async () => {
  await put('/etc/hook', `${origin}/hook`);
  await telling('webhook: { url-file: /etc/hook }');
  const { engine, containers } = fake.docker;
  const worker = 'authentik-worker';
  await fake.docker.remove(worker);
  await doctor();
  expect(came.at(-1)?.body).toContain(worker);
  const before = came.length;
  const away = async () => {
    throw new Failure({ code: 'docker-unreachable', problem: 'Docker is away.', fix: 'systemctl start docker' });
  };
  Object.assign(fake.docker, { engine: away, containers: away });
  await doctor();
  const told = JSON.parse(came.at(-1)?.body ?? '');
  expect(told).toMatchObject({ problems: [{ code: 'docker-unreachable' }], recovered: [] });
  Object.assign(fake.docker, { engine, containers });
  await doctor();
  expect(JSON.parse(came.at(-1)?.body ?? '')).toMatchObject({ problems: [], recovered: ['Docker answers'] });
  expect(came).toHaveLength(before + 2);
});

test('one that fails is named, stops nobody, changes no exit code, and is told the next time', async () => {
  await all();
  await doctor();
  came.length = 0;
  answers = (path) => (path.startsWith('/gotify') ? { status: 401 } : { status: 200, body: 'OK' });
  await breakIt();
  const { code, out, err } = await doctor();
  expect(code).toBe(4);
  expect(shown(err)).toContain('gotify: 127.0.0.1');
  expect(shown(err)).toContain('refuses the token (401)');
  expect(`${out}${err}`).not.toContain(secret);
  expect(paths().toSorted()).toEqual(
    [`/api/push/${secret}`, '/base/', '/gotify/message', '/hook/', '/ping/'].map((p) => expect.stringContaining(p)),
  );
  expect(mails).not.toEqual([]);
  came.length = 0;
  answers = () => ({ status: 200, body: 'OK' });
  await doctor();
  expect(paths().filter((path) => !/^\/(ping|api)/.test(path))).toEqual(['/gotify/message']);
});

test('monitors hear of every run: of success, and of a problem as long as there is one', async () => {
  await put('/etc/hc', `${origin}/ping/x`);
  await put('/etc/kuma', `${origin}/api/push/x?status=up&msg=OK&ping=`);
  await telling('healthchecks: { doctor: /etc/hc, backup: /etc/hc }', 'uptime-kuma: { drill: /etc/kuma }');
  await homeauth('backup', [], { plain: true, scheduled: true });
  expect(paths()).toEqual(['/ping/x']);
  expect(came[0]?.body).toContain('homeauth on nas: nothing is wrong\n');
  await homeauth('backup', [], { plain: true });
  expect(paths()).toEqual(['/ping/x']);
  await breakIt();
  await doctor();
  await doctor();
  expect(paths()).toEqual(['/ping/x', '/ping/x/fail', '/ping/x/fail']);
  expect(came.at(-1)?.body).toContain('can be read by others than root');
});

test('a run that fails is told, and that the next one works', async () => {
  await put('/etc/hook', `${origin}/hook`);
  await put('/etc/hc', `${origin}/ping/x`);
  await telling('webhook: { url-file: /etc/hook }', 'healthchecks: { backup: /etc/hc }');
  const { pour } = fake.files;
  Object.assign(fake.files, {
    pour: async () => {
      throw new Failure({ code: 'disk-full', problem: 'The disk is full.', fix: 'df -h' });
    },
  });
  const nightly = () => homeauth('backup', [], { plain: true, scheduled: true });
  expect(await nightly()).toMatchObject({ failure: { code: 'disk-full' } });
  await nightly();
  expect(paths().filter((path) => path === '/hook')).toHaveLength(1);
  expect(paths().filter((path) => path === '/ping/x/fail')).toHaveLength(2);
  Object.assign(fake.files, { pour });
  expect(await nightly()).toMatchObject({ code: 0 });
  const last = came.findLast(({ path }) => path === '/hook');
  expect(JSON.parse(last?.body ?? '')).toMatchObject({
    problems: [],
    recovered: ['a copy was made'],
    command: 'homeauth backup',
  });
});

test.each([
  [{ status: 404 }, 'does not know that address (404)'],
  [{ status: 429 }, 'was asked too often (429)'],
  [{ status: 503 }, 'answers 503'],
  [{ status: 302, headers: { location: '/elsewhere' } }, 'sends on to another address (302)'],
  [{ status: 200, body: 'OK (not found)' }, 'has no check of that address'],
])('an answer %o is told without the address', async (answer, words) => {
  await put('/etc/hc', `${origin}/ping/${secret}`);
  await telling('healthchecks: { doctor: /etc/hc }');
  answers = () => answer;
  const { code, out, err } = await homeauth('notify test');
  expect(code).toBe(4);
  expect(shown(out)).toContain(words);
  expect(`${out}${err}`).not.toContain(secret);
  expect(came).toHaveLength(1);
});

test.each([
  ['nothing listens', 'http://127.0.0.1:1/x', '127.0.0.1:1 took no message: nothing listens on that port'],
  ['no address', 'tk_what', 'does not hold an address that begins with https:// or http://'],
  ['two lines', `${'http://a'}\nhttp://b`, 'does not hold one address or token on one line'],
])('%s', async (_, line, words) => {
  const { http } = fake.world;
  const world = {
    ...fake.world,
    http: {
      dial: (asked: Parameters<typeof http.dial>[0]) =>
        (asked.url.startsWith('http://127.0.0.1:1/') ? ownHttp : http).dial(asked),
    },
  };
  await put('/etc/hook', line);
  await telling('webhook: { url-file: /etc/hook }');
  const { code, out } = await homeauthIn(fake, { world })('notify test');
  expect(code).toBe(4);
  expect(shown(out)).toContain(words);
});

test('a mail server that refuses the login, and one whose certificate is not trusted, get no mail', async () => {
  await telling('mail: [helen@example.com]');
  await put('/etc/mail', 'wrong-one');
  const { out } = await homeauth('notify test');
  expect(shown(out)).toContain('it refuses the login');
  expect(out).not.toContain('wrong-one');
  await put('/etc/mail', password);
  mailAt = { ...mailAt, authorities: '' };
  const untrusted = await homeauth('notify test');
  expect(shown(untrusted.out)).toMatch(/self-signed certificate|unable to verify/);
  expect(mails).toEqual([]);
});

test('a mail server in a container is found by Docker', async () => {
  const plain = smtpServers({ username: '', password: '', key: '', cert: '', received: (mail) => mails.push(mail) });
  const server = plain['plain']?.() as SMTPServer;
  const port = await listening(server);
  try {
    const text = await first.files.read(at('homeauth.yaml'));
    const lines =
      'mail: { host: mailer, port: 25, tls: none, from: a@example.com }\nnotify: { mail: [b@example.com] }\n';
    await fake.files.write(at('homeauth.yaml'), `${text}${lines}`, 0o644);
    Object.assign(fake.docker, {
      dialAddress: async (name: string, inside: number) =>
        name === 'mailer' && inside === 25 ? { host: '127.0.0.1', port } : undefined,
    });
    expect(await homeauthIn(fake)('notify test')).toMatchObject({ code: 0 });
    expect(mails).toMatchObject([{ from: 'a@example.com', to: ['b@example.com'] }]);
  } finally {
    server.close();
  }
});

test('without notify it says what to write; a run by a timer tells nobody', async () => {
  expect((await homeauth('notify test')).failure).toMatchObject({ code: 'notify-not-set' });
  await doctor();
  expect(came).toEqual([]);
  expect(await fake.files.stat(at('.homeauth/told-doctor.json'))).toBeUndefined();
});

test('mail to somebody without a mail server is refused', async () => {
  const text = await first.files.read(at('homeauth.yaml'));
  await fake.files.write(at('homeauth.yaml'), `${text}notify: { mail: [helen@example.com] }\n`, 0o644);
  const { failure } = await homeauth('plan');
  expect(failure?.code).toBe('config-invalid');
});

test('doctor tells of a file with an address that others can read', async () => {
  await put('/etc/hook', `${origin}/hook`, 0o644);
  await telling('webhook: { url-file: /etc/hook }');
  expect(shown((await homeauth('doctor')).out)).toContain('/etc/hook can be read by others than root');
});

const hook = async () => {
  await put('/etc/hook', `${origin}/hook`);
  await telling('webhook: { url-file: /etc/hook }');
};
/** What came at the webhook since it was asked last: codes, or problems in words, and what is fine again. */
function told(by: 'code' | 'problem' = 'code') {
  const all = came.splice(0).map(({ body }) => JSON.parse(body));
  return all.map(({ problems, recovered }) => [problems.map((one: Record<string, string>) => one[by]), recovered]);
}

test('of several problems of one check each is told', async () => {
  await put('/etc/token', secret);
  await put('/etc/hook', `${origin}/hook`);
  await put('/etc/kuma', `${origin}/kuma`, 0o644);
  await telling(
    'webhook: { url-file: /etc/hook }',
    'healthchecks: { drill: /etc/hc }',
    'uptime-kuma: { drill: /etc/kuma }',
  );
  await doctor();
  expect(told('problem')).toEqual([[expect.arrayContaining(['/etc/kuma can be read by others than root.']), []]]);
  await put('/etc/hc', `${origin}/hc`, 0o644);
  await doctor();
  expect(told('problem')).toEqual([[['/etc/hc can be read by others than root.'], []]]);
  await put('/etc/kuma', `${origin}/kuma`);
  await doctor();
  expect(told('problem')).toEqual([[[], ['only root can read /etc/kuma']]]);
});

test('a drill that failed is told by its own run, and neither doctor nor words to the contrary follow', async () => {
  await hook();
  await homeauth('backup', [], { plain: true });
  await doctor();
  expect(told()).toEqual([[expect.arrayContaining(['drill-due']), []]]);
  const { exec } = fake.docker;
  const isRead = (argv: readonly string[]) => argv.join(' ').includes('pg_restore');
  const broken = async (...given: Parameters<typeof exec>) =>
    isRead(given[1]) ? { code: 1, stdout: '', stderr: 'no' } : exec(...given);
  const drill = (flags: Record<string, unknown>) => homeauth('backup drill', [], flags);
  Object.assign(fake.docker, { exec: broken });
  await drill({ scheduled: true });
  expect(told()).toEqual([[['drill-copy'], []]]);
  await doctor();
  expect(told()).toEqual([]);
  Object.assign(fake.docker, { exec });
  await drill({ scheduled: true });
  expect(told()).toEqual([[[], ['the copy can be read to its end']]]);
  await doctor();
  expect(told()).toEqual([]);
  // Of one that somebody ran by hand nobody else was told.
  Object.assign(fake.docker, { exec: broken });
  await drill({});
  await doctor();
  expect(told()).toEqual([[['drill-failed'], []]]);
  Object.assign(fake.docker, { exec });
  await drill({});
  await doctor();
  expect(told()).toEqual([[[], ['a copy was restored for a trial']]]);
});

test('what was wrong with an app that was removed is not fine again, and new where it comes back', async () => {
  await hook();
  const add = () => homeauth('add-app', ['photos'], { upstream: 'nowhere:80' });
  await add();
  await doctor();
  expect(told()).toEqual([[expect.arrayContaining(['upstream-name']), []]]);
  await homeauth('remove-app', ['photos']);
  await doctor();
  expect(told()).toEqual([]);
  expect(await fake.files.read(at('.homeauth/told-doctor.json'))).not.toContain('photos');
  await add();
  await doctor();
  expect(told()).toEqual([[['upstream-name'], []]]);
});

test('that an upgrade is half-way, so that no copy is made, is told', async () => {
  await hook();
  const journal = { from: '2025.10.0', to: '2025.12.0', goes: 'on', had: { unapplied: [] } };
  fake.files.put(at('upgrading.json'), JSON.stringify(journal), 0o600);
  const { failure } = await homeauth('backup', [], { plain: true, scheduled: true });
  expect(failure?.code).toBe('upgrade-unfinished');
  expect(told()).toEqual([[['upgrade-unfinished'], []]]);
});

test('what fails for the same reason as something else is not fine again', async () => {
  await hook();
  await homeauth('add-app', ['whoami']);
  await homeauth('add-app', ['photos'], { upstream: 'photos:80' });
  const { dial } = fake.world.http;
  let silent: string[] = [];
  const because = { code: 'unanswered', says: 'nothing listens on that port' } as const;
  const http = {
    dial: async (asked: Parameters<typeof dial>[0]) => {
      if (asked.url.startsWith(origin)) return ownHttp.dial(asked);
      if (!silent.some((name) => asked.url.includes(`${name}.home`))) return dial(asked);
      throw new Failure({ code: 'http-unanswered', problem: 'No answer.', fix: 'Look.', because });
    },
  };
  const run = homeauthIn(fake, { world: { ...fake.world, http } });
  const after = async (...names: string[]) => {
    silent = names;
    await run('doctor', [], { scheduled: true });
    return told();
  };
  await after();
  expect(await after('photos')).toEqual([[['stranger'], []]]);
  expect(await after('whoami', 'photos')).toEqual([[['stranger'], []]]);
  expect(await after('photos')).toEqual([[[], ['whoami: a stranger is asked for a login']]]);
  expect(await after()).toEqual([[[], ['photos: a stranger is asked for a login']]]);
});

test.each(['{"webhook":', '{"webhook":"x"}', '{"webhook":{"x":"y"}}', '{"webhook":{"[\\"x":"y"}}', 'null', '[1]'])(
  'where what was told is kept as %s, all is told once more',
  async (kept) => {
    await hook();
    fake.files.put(at('.homeauth/told-doctor.json'), kept, 0o600);
    expect(await doctor()).toMatchObject({ code: 4 });
    expect(told()).toEqual([[expect.arrayContaining(['password-file']), []]]);
    await doctor();
    expect(told()).toEqual([]);
  },
);

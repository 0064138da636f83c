import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { programDirectory } from './program.ts';

let program: string;
let place: string;
beforeAll(async () => {
  program = await programDirectory();
  place = await mkdtemp(join(tmpdir(), 'homeauth-'));
  await writeFile(join(place, 'torn.yaml'), 'domain: [home.exam');
  await copyFile(join(import.meta.dirname, '../examples/laptop-internal.yaml'), join(place, 'home.yaml'));
});
afterAll(() => Promise.all([program, place].map((path) => rm(path, { recursive: true }))));

const away = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
/** A mistake of homeauth's own: something that nobody expected is thrown while it looks at the machine. */
const buggy = { NODE_OPTIONS: '--import=data:text/javascript,process.cwd=()=>{throw(new(TypeError)("not(a)thing"))}' };

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  promisify(execFile)(join(program, 'homeauth'), args, { cwd: place, env: { ...process.env, ...away, ...env } }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );

test.each<[line: string, schema: string, exit: number, code: string]>([
  ['user --json', 'user', 2, 'misuse'],
  ['frobnicate --json', 'homeauth', 2, 'misuse'],
  ['--json=yes status', 'status', 2, 'misuse'],
  ['plan --json --frobnicate', 'plan', 2, 'misuse'],
  ['add-app --json', 'add-app', 2, 'misuse'],
  ['user add anna --frobnicate --json', 'user-add', 2, 'misuse'],
  ['status --json --config nowhere.yaml', 'status', 2, 'config-missing'],
  ['apply --json --config torn.yaml', 'apply', 2, 'config-invalid'],
  ['remove-app whoami --json --config torn.yaml', 'remove-app', 2, 'config-invalid'],
  ['user list --json --config torn.yaml', 'user-list', 2, 'config-invalid'],
  ['verify --json --config home.yaml', 'verify', 2, 'docker-unreachable'],
  ['plan --json --config home.yaml', 'plan', 2, 'docker-unreachable'],
  ['uninstall --json --config nowhere.yaml', 'uninstall', 2, 'config-missing'],
  ['init --json --yes', 'init', 2, 'answer-missing'],
])('homeauth %s says what is wrong as one object', async (line, schema, exit, code) => {
  const answer = await run(line.split(' '));
  expect([answer.code, answer.stdout.split('\n').length]).toEqual([exit, 2]);
  const { error, ...rest } = JSON.parse(answer.stdout);
  expect(rest).toEqual({ schema: `homeauth.${schema}/1`, ok: false });
  expect(error).toMatchObject({ code, problem: expect.stringMatching(/./), fix: expect.stringMatching(/./) });
  expect(answer.stderr).not.toBe('');
});

test.each([
  ['nowhere.yaml', 'config-missing'],
  ['torn.yaml', 'config-invalid'],
])('homeauth doctor --json has one check where %s cannot be read', async (path, id) => {
  const { code, stdout } = await run(['doctor', '--json', '--config', path]);
  expect([code, JSON.parse(stdout)]).toEqual([
    4,
    {
      schema: 'homeauth.doctor/1',
      ok: false,
      checks: [{ id, status: 'fail', cause: expect.stringContaining(path), fix: expect.stringMatching(/./) }],
    },
  ]);
});

test.each(['plan', 'doctor'])('a bug in homeauth %s --json is one object, too', async (name) => {
  const { code, stdout, stderr } = await run([name, '--json', '--config', 'torn.yaml'], buggy);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    schema: `homeauth.${name}/1`,
    ok: false,
    error: { code: 'bug', problem: 'homeauth has a bug: not(a)thing', fix: expect.stringMatching(/^Report it/) },
  });
  expect(stderr).not.toMatch(/\n +at /);
});

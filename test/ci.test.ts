import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { buildCli } from '../src/cli.ts';
import { questions } from '../src/config/questions.ts';
import { homeauthIn } from './fakes/homeauth.ts';
import { fakeTerminal } from './fakes/terminal.ts';
import { type FakeWorld, fakeWorld } from './fakes/world.ts';
import { temporary } from './temporary.ts';

const root = join(import.meta.dirname, '..');
const workflow = parse(readFileSync(join(root, '.github/workflows/smoke.yml'), 'utf8'));
const steps: readonly { readonly name: string; readonly if?: string; readonly run: string }[] =
  workflow.jobs.smoke.steps;
const homeauthSteps = steps.filter(({ run }) => run.startsWith('sudo homeauth '));

let fake: FakeWorld;
beforeAll(() => {
  fake = fakeWorld();
});
afterAll(() => fake.close());

/** Carries out the command line of a step. It has no quotes, and what stands behind a bar is not homeauth's. */
async function carryOut(run: string): Promise<{ command: string; code: number; out: string }> {
  const [line = ''] = run.split('|');
  const words = line.trim().split(/\s+/).slice(2);
  let ran: { command: string; code: number; out: string } | undefined;
  const cli = buildCli('0', questions, async (command, args, flags) => {
    const terminal = fakeTerminal(undefined, { json: flags.json ?? false });
    ran = { command, ...(await homeauthIn(fake)(command, args, { ...flags }, terminal)) };
  });
  await cli.parseAsync(words, { from: 'user' });
  if (!ran) throw new Error(`nothing ran: ${line}`);
  return ran;
}

test('every step of the workflow does what it is there for, in its order', async () => {
  const ran = [];
  for (const { run, if: when } of homeauthSteps) {
    if (when === 'failure()') continue;
    const { command, code, out } = await carryOut(run);
    ran.push({ command, code, ...JSON.parse(out) });
  }
  expect(ran.map(({ command, code, ok }) => `${command} ${code} ${ok}`)).toEqual([
    'init 0 true',
    'add-app 0 true',
    'verify 0 true',
    'plan 0 true',
    'uninstall 0 true',
  ]);
  const [, shown] = readFileSync(join(root, 'docs/ci.md'), 'utf8').match(/^```json\n(.*)\n```$/m) ?? [];
  const { schema, ok, checks } = JSON.parse(shown ?? '');
  expect(ran[2]).toMatchObject({ schema, ok, checks: expect.arrayContaining(checks) });
  const read = steps.find(({ run }) => run.startsWith('jq '))?.run ?? '';
  expect(read).toMatch(/'\.checks\[\]\? /);
  const fields = [...read.matchAll(/\\\(\.(\w+)/g)].map(([, field]) => field);
  expect(fields.toSorted()).toEqual(Object.keys(checks[0]).toSorted());
  expect(fake.docker.boxes.size).toBe(0);
});

test('what only runs after a failure is written as homeauth takes it', async () => {
  const commands: string[] = [];
  for (const { run } of homeauthSteps.filter((step) => step.if === 'failure()')) {
    const cli = buildCli('0', questions, async (command) => void commands.push(command));
    await cli.parseAsync(run.split(/\s+/).slice(2), { from: 'user' });
  }
  expect(commands).toEqual(['doctor']);
});

test('the page shows the lines of the workflow', () => {
  const page = readFileSync(join(root, 'docs/ci.md'), 'utf8');
  const lines = homeauthSteps.filter((step) => step.if !== 'failure()').map(({ run }) => run.split('|')[0]!.trim());
  expect(lines.filter((line) => !page.includes(`${line}\n`))).toEqual([]);
});

test('the release workflow takes the notes of one version out of the changelog', async () => {
  const release = parse(readFileSync(join(root, '.github/workflows/release.yml'), 'utf8'));
  const step = release.jobs.publish.steps.find(({ run = '' }: { run?: string }) => run.includes('CHANGELOG.md'));
  const directory = await temporary();
  const take = (tag: string) =>
    promisify(execFile)('bash', ['-e', '-c', step.run], {
      cwd: directory,
      env: { ...process.env, GITHUB_REF_NAME: tag },
    }).then(() => readFile(join(directory, 'notes.md'), 'utf8'));
  await writeFile(join(directory, 'package.json'), '{"version":"1.2.3"}');
  await writeFile(
    join(directory, 'CHANGELOG.md'),
    '# Changelog\n\n## 2.0.0\n\n- new\n\n## 1.2.3\n\n- right\n\n## 1.2.2\n',
  );
  expect((await take('v1.2.3')).trim()).toBe('- right');
  await expect(take('v1.2.2')).rejects.toThrow();
  await writeFile(join(directory, 'package.json'), '{"version":"1.2.2"}');
  await expect(take('v1.2.2')).rejects.toThrow();
});

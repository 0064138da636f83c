import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CommandName } from '../../src/cli.ts';
import type { Flags } from '../fakes/homeauth.ts';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import type { FakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
beforeEach(async () => {
  fake = await installed(['whoami']);
});
afterEach(() => fake.close());

async function answer(command: CommandName, args: readonly unknown[] = [], flags: Flags = {}) {
  const terminal = fakeTerminal(undefined, { json: true });
  const { code, failure } = await homeauthIn(fake)(command, args, flags, terminal);
  expect(failure).toBeUndefined();
  expect(terminal.out).toHaveLength(1);
  expect(terminal.out[0]).not.toContain('\n');
  return { code, data: JSON.parse(terminal.out[0] ?? '') };
}

test.each<[CommandName, readonly unknown[], Flags, number, readonly string[]]>([
  ['init', [], initFlags, 0, ['changes', 'checks']],
  ['init', [], { dryRun: true }, 0, ['changes']],
  ['apps', [['photos']], {}, 0, ['apps']],
  ['apps', [['immich']], {}, 0, ['apps']],
  ['add-app', ['wiki'], { upstream: 'whoami:80' }, 0, ['changes', 'checks']],
  ['add-app', ['wiki'], { upstream: 'wiki:80', dryRun: true }, 0, ['changes']],
  ['remove-app', ['whoami'], {}, 0, ['changes']],
  ['remove-app', ['whoami'], { dryRun: true }, 0, ['changes']],
  ['plan', [], {}, 0, ['changes']],
  ['plan', [], { exitCode: true }, 0, ['changes']],
  ['apply', [], {}, 0, ['changes']],
  ['apply', [], { dryRun: true }, 0, ['changes']],
  ['status', [], {}, 0, ['containers', 'apps']],
  ['verify', [], {}, 0, ['checks']],
  ['doctor', [], {}, 4, ['checks']],
  ['user list', [], {}, 0, ['people']],
  ['user show', ['helen'], {}, 0, ['person', 'factors', 'sessions', 'access']],
  ['user groups', ['helen'], {}, 0, ['user', 'groups', 'added', 'removed']],
  ['user enable', ['helen'], {}, 0, ['user', 'changed']],
  ['explain', ['helen', 'whoami'], {}, 0, ['user', 'app', 'opens', 'because', 'authentik', 'agree']],
  ['uninstall', [], {}, 0, ['changes']],
  ['uninstall', [], { dryRun: true }, 0, ['changes']],
])('%s %j %j prints one object', async (command, args, flags, code, keys) => {
  const { data, ...ran } = await answer(command, args, flags);
  expect(ran.code).toBe(code);
  expect(data).toMatchObject({ schema: `homeauth.${command.replace(' ', '-')}/1`, ok: code === 0 });
  expect(Object.keys(data)).toEqual(expect.arrayContaining([...keys]));
});

test('plan --exit-code is 4 when something would change', async () => {
  await fake.files.remove(at('docker-compose.yml'));
  expect((await answer('plan')).code).toBe(0);
  const { code, data } = await answer('plan', [], { exitCode: true });
  expect(code).toBe(4);
  expect(data).toMatchObject({ changes: [{ op: 'create', id: `file:${at('docker-compose.yml')}` }] });
});

test('a failed proof is not ok, and says so with exit code 4', async () => {
  const { code, data } = await answer('add-app', ['wiki'], {
    upstream: 'nowhere:80',
    adminPasswordFile: at('.homeauth/admin-password'),
  });
  expect(code).toBe(4);
  expect(data.ok).toBe(false);
});

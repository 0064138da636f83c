import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Runtime } from '../../src/installation/command-runtime.ts';
import { traced } from '../../src/main/trace.ts';
import { Failure } from '../../src/model/failure.ts';
import { Secret } from '../../src/model/secret.ts';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
let lines: string[];
let runtime: Runtime;
beforeEach(() => {
  fake = fakeWorld();
  lines = [];
  runtime = traced({ world: fake.world, connect: fake.connect } as Runtime, (line) => lines.push(line));
});
afterEach(() => fake.close());

/** Without the time that a call took. */
const told = () => lines.map((line) => line.replace(/^debug +\d+ ms {2}/, ''));

test('each effect of a command is one line: what, on what, how long, what came back', async () => {
  const { code } = await homeauthIn(fake, runtime)('init', [], initFlags);
  expect(code).toBe(0);
  expect(lines.every((line) => /^debug +\d+ ms {2}\w+\.\w+/.test(line))).toBe(true);
  expect(told()).toContain('docker.network caddy_caddynet → -');
  expect(told()).toContainEqual(
    expect.stringMatching(/^files\.write \/srv\/docker\/authentik\/docker-compose\.yml \d+ characters 420 → -$/),
  );
  expect(told()).toContainEqual(expect.stringMatching(/^docker\.run authentik-postgresql → -$/));
  expect(told()).toContainEqual(
    expect.stringMatching(/^authentik\.create providers\/proxy Home forward auth → \{pk, name, .* …\}$/),
  );
  expect(told()).toContainEqual(expect.stringMatching(/^http\.dial GET https:\/\/auth\.home\.example\.com\/ → 302$/));
});

test('what could be a secret is told by its size or its keys', async () => {
  const { files, http } = runtime.world;
  await files.makeDirectory('/a', 0o755, { uid: 0, gid: 0 });
  await files.write('/a/b', 'canary', 0o600);
  expect(await files.read('/a/b')).toBe('canary');
  const headers = { Authorization: 'Bearer canary' };
  const asked = http.dial({ url: 'https://x.example.com/use/?flow_token=canary#canary', headers, body: 'canary' });
  await expect(asked).rejects.toThrow(Failure);
  const { create } = runtime.connect({} as never);
  await (create as (...args: unknown[]) => Promise<unknown>)('core/users', new Secret('canary')).catch(() => {});
  expect(lines).toHaveLength(5);
  expect(told()[1]).toBe('files.write /a/b 6 characters 384 → -');
  expect(told()[2]).toBe('files.read /a/b → 6 characters');
  expect(told()[3]).toMatch(/^http\.dial GET https:\/\/x\.example\.com\/use\/\?… → [a-z-]+: /);
  await http.dial({ url: 'http://127.0.0.1:1/hook/canary', secret: true }).catch(() => {});
  expect(told()[5]).toMatch(/^http\.dial GET http:\/\/127\.0\.0\.1:1 → [a-z-]+: /);
  expect(lines.join('\n')).not.toContain('canary');
});

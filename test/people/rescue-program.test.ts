import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerMark, program } from '../../src/people/rescue/program.ts';

/** Modules with the names and signatures of authentik's own, which only note what was called. */
const modules: Readonly<Record<string, string>> = {
  'django/__init__.py': '',
  'django/utils/__init__.py': '',
  'django/utils/timezone.py': 'from datetime import datetime\ndef now(): return datetime(2026, 11, 24, 12, 0)\n',
  'authentik/__init__.py': '',
  'authentik/core/__init__.py': '',
  'authentik/core/models.py': `
class User:
    def __init__(self, username, active, admin):
        self.username, self.is_active, self.is_superuser = username, active, admin
    def set_password(self, raw_password, signal=True, sender=None, request=None):
        print("set_password", self.username, raw_password)
    def save(self):
        print("save", self.username, self.is_active)
helen = User("helen", False, True)
class Objects:
    def get(self, username): return {"helen": helen}[username]
    def filter(self, type__in): return [helen] if type__in == ["internal", "external"] else []
User.objects = Objects()
`,
  'authentik/policies/__init__.py': '',
  'authentik/policies/reputation/__init__.py': '',
  'authentik/policies/reputation/models.py': `
class Found:
    def __init__(self, name): self.name = name
    def delete(self): print("forgive", self.name)
class Objects:
    def filter(self, identifier): return Found(identifier)
class Reputation:
    objects = Objects()
`,
  'authentik/recovery/__init__.py': '',
  'authentik/recovery/lib.py': `
def create_recovery_token(user, expiry, generated_from):
    print("token", user.username, expiry, generated_from)
    return object(), "/recovery/use-token/abc/"
`,
  'authentik/stages/__init__.py': '',
  'authentik/stages/authenticator.py': `
class Device:
    def __init__(self, label): self._meta = type("Meta", (), {"app_label": label})
    def delete(self): print("delete", self._meta.app_label)
def devices_for_user(user, confirmed=True, for_verify=False):
    assert confirmed is None
    yield Device("authentik_stages_authenticator_totp")
    yield Device("authentik_stages_password")
`,
};

const hasPython = spawnSync('python3', ['--version']).status === 0;
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'homeauth-'));
  for (const [path, text] of Object.entries(modules)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
});
afterAll(() => rmSync(directory, { recursive: true }));

function run(request: object) {
  const lines = execFileSync('python3', ['-c', program], {
    input: JSON.stringify(request),
    env: { PYTHONPATH: directory, PYTHONDONTWRITEBYTECODE: '1' },
    encoding: 'utf8',
  })
    .split('\n')
    .filter(Boolean);
  const answer = lines.find((line) => line.startsWith(answerMark)) ?? '';
  return { did: lines.filter((line) => line !== answer), answer: JSON.parse(answer.slice(answerMark.length)) };
}

test.skipIf(!hasPython)('the program calls what authentik has', () => {
  expect(run({ do: 'people' })).toEqual({
    did: [],
    answer: { people: [{ username: 'helen', active: false, admin: true }] },
  });
  expect(run({ do: 'link', user: 'helen', minutes: 60 })).toEqual({
    did: ['token helen 2026-11-24 13:00:00 homeauth rescue', 'save helen True', 'forgive helen'],
    answer: { path: '/recovery/use-token/abc/' },
  });
  expect(run({ do: 'password', user: 'helen', password: `a $'"\\b` })).toEqual({
    did: [`set_password helen a $'"\\b`, 'save helen True', 'forgive helen'],
    answer: {},
  });
  // Nothing but second factors, whatever else a release keeps as a device.
  expect(run({ do: 'second-factor', user: 'helen' })).toEqual({
    did: ['delete authentik_stages_authenticator_totp'],
    answer: { removed: 1 },
  });
});

import { expect, test } from 'vitest';
import { unreachable } from '../../../src/world/docker/unreachable.ts';

test.each([
  ['ENOENT', 'there is no /s', 'not installed, or not started', 'systemctl enable --now docker'],
  ['EACCES', 'closed to you', 'group "docker"', 'sudo'],
  ['ECONNREFUSED', 'nothing listens on /s', 'has stopped', 'systemctl restart docker'],
  ['ABORT_ERR', 'does not answer on /s', 'no answer came in time', 'journalctl -u docker'],
])('%s', (code, problem, why, fix) => {
  const failure = unreachable('/s', Object.assign(new Error('x'), { code }));
  expect(failure).toMatchObject({
    code: 'docker-unreachable',
    problem: expect.stringContaining(problem),
    why: expect.stringContaining(why),
    fix: expect.stringContaining(fix),
  });
});

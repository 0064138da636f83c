import { expect, test } from 'vitest';
import { saidIn } from '../../src/formats/log-line.ts';

test.each([
  ['PostgreSQL init process complete; ready for start up.', 'PostgreSQL init process complete; ready for start up.'],
  ['{"event":"applying django migrations","level":"info"}', 'applying django migrations'],
  ['{"event": "/-/health/ready/", "method": "GET", "status": 503}', undefined],
  ['{"level":"info","msg":"other"}', '{"level":"info","msg":"other"}'],
  ['{"event":"cut off', '{"event":"cut off'],
])('%s', (line, said) => {
  expect(saidIn(line)).toBe(said);
});

import { expect, test } from 'vitest';
import { saidIn, storyIn } from '../../src/formats/log-line.ts';

test.each([
  ['PostgreSQL init process complete; ready for start up.', 'PostgreSQL init process complete; ready for start up.'],
  ['{"event":"applying django migrations","level":"info"}', 'applying django migrations'],
  ['{"event": "/-/health/ready/", "method": "GET", "status": 503}', undefined],
  ['{"level":"info","msg":"other"}', '{"level":"info","msg":"other"}'],
  [
    '{"event": "Internal Server Error: /x/", "exception": [{"exc_type": "KeyError", "exc_value": "a", "frames": [{"lineno": 5}]}, {"exc_type": "OperationalError", "exc_value": "connection failed"}]}',
    'OperationalError: connection failed',
  ],
  ['{"event": "/x/", "exception": "Traceback:\\n  File\\nKeyError: a"}', 'KeyError: a'],
  ['{"event":"cut off', '{"event":"cut off'],
])('%s', (line, said) => {
  expect(saidIn(line)).toBe(said);
});

test('a story has of a traceback its last line, and nothing twice in a row', () => {
  const lines = [
    '    the rest of one',
    'KeyError: a',
    '',
    'During handling of the above exception, another exception occurred:',
    '',
    'Traceback (most recent call last):',
    '  File "/authentik/x.py", line 5, in inner',
    '    raise',
    '    ^^^^^',
    'ValueError: b',
    'ready',
    'ready',
    '  indented on purpose',
    '{"event": "/-/health/live/"}',
  ];
  expect(storyIn(lines)).toEqual(['KeyError: a', 'ValueError: b', 'ready', '  indented on purpose']);
});

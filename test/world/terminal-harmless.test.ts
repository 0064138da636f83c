import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import { envelope } from '../../src/report/envelope.ts';
import { failure } from '../../src/report/failure.ts';
import { people } from '../../src/report/people.ts';
import { styleOf } from '../../src/report/style.ts';
import { themeOf } from '../../src/world/terminal/prompts.ts';
import { screenOf } from '../../src/world/terminal/screen.ts';
import { writer } from '../../src/world/terminal/writer.ts';

const env = { LANG: 'C.UTF-8', TERM: 'xterm' };
const signs = '\r\x1b\x07\b\x7f\u0080\u009b\u009d\u202e\u2066\u200f\u061c\u2028\u2029\0';
const sequences = [
  '\x1b[2J',
  '\x1b]0;title\x07',
  '\x1b]52;c;ZXZpbA==\x07',
  '\x1bP+q\x1b\\',
  '\x9b31m',
  '\x1b[8m',
  '\x1bc',
];
/** Whatever could steer a terminal, but for the colours that homeauth uses. */
const steers =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /\x1b(?!\[(?:0|1|2|22|3[0-69]|4[0-79]|107)m)|[\0-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]|\p{Bidi_Control}|[\u2028\u2029]/u;

function sheet() {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const screen = screenOf(err, env, 'always');
  const words = (stream: PassThrough): string => String(stream.read() ?? '');
  return { screen, lines: writer(out, err, screen, false), out: () => words(out), err: () => words(err) };
}

describe.each([signs, ...sequences])('%j', (hostile) => {
  test('does not reach the terminal by any way', () => {
    const { lines, out, err, screen } = sheet();
    lines.data(`a${hostile}b`);
    lines.say(`a${hostile}b`);
    const theme = themeOf(screen).style;
    for (const show of [theme.message, theme.answer, theme.error, theme.defaultAnswer]) lines.say(show(hostile));
    for (const text of [out(), err()]) {
      expect(text).toMatch(/^a.*b\n/s);
      expect(text).not.toMatch(steers);
    }
    for (const show of [theme.message, theme.answer, theme.error, theme.defaultAnswer])
      expect(show(hostile)).not.toMatch(steers);
  });

  test('stays what it is in JSON, where it is escaped', () => {
    const { lines, out } = sheet();
    lines.data(envelope('status', true, { name: hostile }));
    const text = out();
    expect(text.trimEnd()).not.toMatch(steers);
    expect(JSON.parse(text).name).toBe(hostile);
  });
});

test('our own colours, line ends and tabs do', () => {
  const { lines, out, screen } = sheet();
  const { colour } = styleOf(screen);
  const own = [colour.green, colour.red, colour.yellow, colour.dim, colour.bold, colour.ink]
    .map((c) => c('x'))
    .join('\n\t');
  lines.data(own);
  expect(out()).toBe(`${own}\n`);
});

test('a name makes no line of its own', () => {
  const style = styleOf({ ...sheet().screen, columns: 1000 });
  const name = 'eve\n✓ everything is fine\r\n✓ so it is';
  const person = { username: name, name, email: name, groups: [name], active: true, admin: false, secondFactor: false };
  const shown = [
    people([person as never], 'auth.home.example.com', style),
    failure(new Failure({ code: 'x', problem: `${name} is not there.`, fix: 'Look.' }), style),
  ].join('\n');
  expect(shown.split('\n').filter((line) => line.startsWith('✓'))).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import { paragraph, row, wrap } from '../../src/report/layout.ts';
import { width } from '../../src/report/text.ts';
import { coloured, plain } from './styles.ts';

describe('wrap', () => {
  test('keeps a long path whole', () => {
    const path = '/rpool/encrypted/docker/authentik/docker-compose.yml';
    expect(wrap(`look into ${path} please`, 20)).toEqual(['look into', path, 'please']);
  });

  test('keeps the indent of a line', () => {
    expect(wrap('  one two three', 9)).toEqual(['  one two', '  three']);
  });
});

describe('paragraph', () => {
  const command = 'docker compose -f /rpool/encrypted/docker/caddy/docker-compose.yml up -d';

  test.each([
    [`Start it:  ${command}`, ['Start it:', `  ${command}`]],
    [`Start it: ${command}`, ['Start it:', `  ${command}`]],
    [command, [command]],
  ])('never breaks a command: %s', (text, lines) => {
    expect(paragraph(text, 30)).toEqual(lines);
  });

  test('breaks a sentence that begins with a user name, and not the command at its end', () => {
    const text = 'anna has two codes already (policies.second-factor: admins). To start anew: homeauth user reset anna';
    expect(paragraph(text, 30)).toEqual([
      'anna has two codes already',
      '(policies.second-factor:',
      'admins). To start anew:',
      '  homeauth user reset anna',
    ]);
  });

  test('leaves what fits alone', () => {
    expect(paragraph('Unlock it:  zfs load-key a', 30)).toEqual(['Unlock it:  zfs load-key a']);
  });

  test('wraps prose, also behind a colon', () => {
    expect(paragraph('Take care: the file belongs to somebody else.', 30)).toEqual([
      'Take care: the file belongs to',
      'somebody else.',
    ]);
  });
});

describe('row', () => {
  test.each([80, 60, 40])('keeps within %i columns and shows all', (columns) => {
    const text = 'forged identity headers do not reach 日本語のアプリ behind it';
    const lines = row(plain(columns), { mark: '✓', text, note: '302 → auth.home.example.com' });
    expect(Math.max(...lines.map(width))).toBeLessThan(columns);
    expect(lines.join(' ').replace(/ +/g, '')).toHaveLength(
      `✓${text}302→auth.home.example.com`.replaceAll(' ', '').length,
    );
  });

  test('a path that is longer than the room beside the note sends the note below', () => {
    const text = `file /tmp/${'a'.repeat(60)}/docker-compose.yml is not as homeauth.yaml says`;
    const lines = row(plain(), { mark: '!', text, note: 'file-differs', noteWidth: 17 });
    expect(lines.join(' ').replace(/ +/g, ' ')).toBe(`! ${text} file-differs`);
    expect(lines.at(-1)).toBe('    file-differs');
  });

  test('wide characters and colours do not shift the note', () => {
    const edges = ['ascii', '日本語'].map((text) => {
      const [line = ''] = row(coloured(), { mark: coloured().mark('done'), text, note: 'note' });
      return width(line);
    });
    expect(edges).toEqual([79, 79]);
  });
});

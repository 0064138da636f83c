import { expect, test } from 'vitest';
import { table } from '../../src/report/table.ts';
import { plain } from './styles.ts';

test('a command in a cell stays whole where rows do not fit side by side', () => {
  const command = 'rm /srv/docker/authentik/before-upgrade/failed-2025.12.6.log';
  const fix = `See why in it, then try again: homeauth upgrade. If you do not need it any more:  ${command}`;
  const lines = table(['Problem', 'What to do'], [['An upgrade failed.', fix]], plain(60)).split('\n');
  expect(lines[1]).toBe('  What to do: See why in it, then try again: homeauth');
  expect(lines.map((line) => line.trim())).toContain(command);
});

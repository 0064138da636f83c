import { expect, test } from 'vitest';
import { kinds } from '../../src/kinds/index.ts';
import { caddyImages } from '../../src/model/caddy.ts';
import type { Change } from '../../src/model/change.ts';
import { plan } from '../../src/report/plan.ts';
import { summary } from '../../src/report/summary.ts';
import { reason } from '../words.ts';
import { plain } from './styles.ts';

const making = (image: string): Change[] => [{ op: 'create', id: `image:${image}`, because: [reason('missing')] }];
const said = (image: string): string[] =>
  [
    summary(making(image), '/srv', kinds, plain()),
    plan({ changes: making(image), total: 1, command: 'homeauth apply' }, plain()),
  ].map((text) => text.replace(/\s+/g, ' '));

test('an image of a third party is said to be one, and why, before it is used', () => {
  for (const text of said(caddyImages.cloudflare)) {
    expect(text).toContain("made by CaddyBuilds, a third party: the image of Caddy's makers cannot get certificates");
  }
  for (const text of said(caddyImages.plain)) expect(text).not.toContain('third party');
});

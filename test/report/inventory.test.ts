import { expect, test } from 'vitest';
import { inventory } from '../../src/report/inventory.ts';
import { plain } from './styles.ts';

test('the usual home fits 80 columns: names line up with their own kind only', () => {
  const running = (name: string, health: 'healthy' | 'none') =>
    ({ name, image: 'an image', state: 'running', health }) as const;
  const text = inventory(
    {
      running: true,
      login: 'https://auth.home.example.com',
      release: '2026.8.6',
      config: '/srv/docker/authentik/homeauth.yaml',
      containers: [running('authentik-postgresql', 'healthy'), running('caddy', 'none')],
      apps: [{ name: 'whoami', url: 'https://whoami.home.example.com', mode: 'app', upstream: 'whoami:80' }],
    },
    plain(),
  );
  expect(text).toMatchInlineSnapshot(`
    "https://auth.home.example.com   authentik 2026.8.6
    /srv/docker/authentik/homeauth.yaml

    ✓ authentik-postgresql  running, healthy
    ✓ caddy                 running

      whoami  https://whoami.home.example.com   everyone who can log in"
  `);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

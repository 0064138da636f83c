import { expect, test } from 'vitest';
import { statusText } from '../../src/report/status.ts';
import { plain } from './styles.ts';

test('the usual home fits 80 columns: names line up with their own kind only', () => {
  const running = (name: string, health: 'healthy' | 'none') =>
    ({ name, image: 'an image', state: 'running', health }) as const;
  const text = statusText(
    {
      running: true,
      login: 'https://auth.home.example.com',
      release: '2026.8.6',
      config: '/srv/docker/authentik/homeauth.yaml',
      containers: [running('authentik-postgresql', 'healthy'), running('caddy', 'none')],
      images: [
        { reference: 'ghcr.io/goauthentik/server:2026.8.6', digest: `sha256:${'0123456789abcdef'.repeat(4)}` },
        { reference: 'postgres:17-alpine' },
      ],
      apps: [
        { name: 'whoami', url: 'https://whoami.home.example.com', mode: 'app', login: 'oidc', upstream: 'whoami:80' },
      ],
    },
    plain(),
  );
  expect(text).toMatchInlineSnapshot(`
    "https://auth.home.example.com   authentik 2026.8.6
    /srv/docker/authentik/homeauth.yaml

    ✓ authentik-postgresql  running, healthy
    ✓ caddy                 running

      ghcr.io/goauthentik/server:2026.8.6  sha256:0123456789ab
      postgres:17-alpine                   not pinned: no registry told its digest

      whoami  https://whoami.home.example.com   everyone who can log in"
  `);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

import { expect, test } from 'vitest';
import { kinds } from '../../src/kinds/index.ts';
import type { Change, Op } from '../../src/model/change.ts';
import type { Reason } from '../../src/model/reason.ts';
import type { Id, KindName } from '../../src/model/resource.ts';
import { summary } from '../../src/report/summary.ts';
import { notServed, reason } from '../words.ts';
import { ascii, plain } from './styles.ts';

const changes = (op: Op, because: string | readonly Reason[], ...ids: Id[]): Change[] =>
  ids.map((id) => ({ op, id, because: typeof because === 'string' ? [reason(because)] : because }));

const base = '/srv';

const first: Change[] = [
  ...changes('create', 'missing', 'dataset:rpool/encrypted/docker/authentik'),
  ...changes('create', 'missing', 'directory:/srv', 'directory:/srv/authentik/certs', 'directory:/srv/authentik/data'),
  ...changes('create', 'missing', 'secrets:/srv/authentik/container-vars.env'),
  ...changes('create', 'missing', 'image:ghcr.io/goauthentik/server:2026.8.6'),
  ...changes(
    'create',
    'missing',
    'container:authentik-postgresql',
    'container:authentik',
    'container:authentik-worker',
  ),
  ...changes('adjust', 'auth.home.example.com is missing', 'caddy:caddy'),
  ...changes('later', 'authentik is not up', 'service:authentik', 'bootstrap:authentik', 'user:helen'),
  ...changes('later', 'authentik is not up', 'provider:Home forward auth', 'application:home', 'binding:home/family'),
  ...changes('later', 'authentik is not up', 'outpost:authentik Embedded Outpost'),
];

const app: Change[] = [
  ...changes('create', 'missing', 'container:whoami', 'provider:whoami', 'application:whoami'),
  ...changes('adjust', notServed('whoami'), 'outpost:authentik Embedded Outpost'),
  ...changes('adjust', 'whoami.home.example.com is missing', 'caddy:caddy'),
];

test('what init makes', () => {
  expect(summary(first, base, kinds, plain())).toMatchInlineSnapshot(`
    "  + dataset      rpool/encrypted/docker/authentik
      + folders      /srv  authentik/certs  authentik/data
      + secrets      container-vars.env                        only root reads them
      + image        server:2026.8.6
      + containers   authentik-postgresql  authentik  authentik-worker
      ~ Caddy        auth.home.example.com is missing
      + in authentik helen · Home forward auth · home · home for family only ·
                     outpost"
  `);
});

test('what init makes, in 40 columns of ASCII', () => {
  expect(summary(first, base, kinds, ascii(40))).toMatchInlineSnapshot(`
    "  + dataset      rpool/encrypted/docker/authentik
      + folders      /srv  authentik/certs
                     authentik/data
      + secrets      container-vars.env
      + image        server:2026.8.6
      + containers   authentik-postgresql
                     authentik
                     authentik-worker
      ~ Caddy        auth.home.example.com
                     is missing
      + in authentik helen - Home forward
                     auth - home - home for
                     family only - outpost"
  `);
});

test('what an app needs', () => {
  expect(summary(app, base, kinds, plain())).toMatchInlineSnapshot(`
    "  + container    whoami
      ~ Caddy        whoami.home.example.com is missing
      + in authentik whoami
      ~ in authentik outpost + whoami"
  `);
});

test('what is overwritten, left alone or for the user stands out', () => {
  const mixed = [
    ...changes('take', 'content differs', 'file:/srv/authentik/docker-compose.yml'),
    ...changes('keep', 'holds your data', 'directory:/srv/authentik/db'),
    ...changes('ask', 'missing', 'network:caddy_caddynet'),
    ...changes('remove', 'no longer wanted', 'container:wiki'),
  ];
  expect(summary(mixed, base, kinds, plain())).toMatchInlineSnapshot(`
    "  · folder    authentik/db
      ! file      docker-compose.yml (not made by homeauth)
      ! network   caddy_caddynet: missing
      - container wiki"
  `);
});

test('what comes into a flow that is there is told; what a new flow is made of goes with it', () => {
  const turn: Id = 'flow-binding:default-authentication-flow/35/homeauth-second-factor-of-admins';
  expect(summary(changes('later', 'authentik is not up', turn), base, kinds, plain())).toMatchInlineSnapshot(`
    "  + in authentik homeauth-second-factor-of-admins in
                     default-authentication-flow"
  `);
  const recovery: Id[] = ['flow:homeauth-recovery', 'flow-binding:homeauth-recovery/10/homeauth-recovery-email'];
  expect(summary(changes('create', 'missing', ...recovery), base, kinds, plain())).toMatchInlineSnapshot(
    `"  + in authentik flow homeauth-recovery"`,
  );
});

test.each(Object.keys(kinds) as KindName[])('a plan of nothing but a %s tells what it is about', (kind) => {
  for (const op of ['create', 'later', 'update', 'adjust', 'take', 'ask', 'remove'] as const)
    expect(summary(changes(op, 'it differs', `${kind}:a/10/b`), base, kinds, plain()).trim()).not.toBe('');
});

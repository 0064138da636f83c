import { expect, test } from 'vitest';
import { serviceKind } from '../../src/kinds/service.ts';
import type { Resource } from '../../src/model/resource.ts';
import { textOf } from '../../src/model/shown.ts';
import { wordsOf } from '../words.ts';
import { failing, sso } from './sso.ts';

const objects = [
  'flow:default-provider-authorization-explicit-consent',
  'flow:default-authentication-flow',
  'scope:goauthentik.io/providers/proxy/scope-proxy',
  'outpost:goauthentik.io/outposts/embedded',
  'brand:default',
  'setup:closed',
];
const service: Resource = { kind: 'service', key: 'authentik', spec: { objects } };
const slow = { migrate: 50, bootstrap: 10, blueprints: 400, outpostRefresh: 20 };

test('waits until the last default object is there, and changes nothing', async () => {
  const here = await sso({ early: true, timings: slow });
  await here.run([[service]]);
  const { flows, mappings, brands } = await here.state();
  expect(flows.map(({ slug }) => slug)).toContain('default-authentication-flow');
  expect(mappings.map(({ managed }) => managed)).toContain('goauthentik.io/providers/proxy/scope-proxy');
  expect(brands.some((brand) => brand.default)).toBe(true);
  expect(here.changes()).toEqual([]);
  expect(here.ledger).toEqual([]);
});

test('is unknown while authentik starts', async () => {
  const here = await sso({ early: true, timings: { ...slow, migrate: 60_000 } });
  expect(await here.plan([service])).toEqual(['later service:authentik: authentik is starting']);
});

test('names what is missing, and points to the worker', async () => {
  const here = await sso({ early: true, worker: false });
  const failure = await failing(here.run([[service]]));
  expect(failure.problem).toContain('flow default-authentication-flow is not there yet');
  expect(failure).toMatchObject({
    code: 'still-wrong',
    details: 'The last lines of authentik-worker:\napplying blueprints',
  });
  expect(textOf(failure.fix)).toContain('docker logs --tail 50 authentik-worker');
});

test('an open setup is told as what it is', () => {
  expect(wordsOf(serviceKind)({ objects: ['setup:closed'] }, { objects: [] })).toEqual([
    'first-run setup is still open: whoever opens it first becomes administrator',
  ]);
});

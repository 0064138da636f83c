import { expect, test } from 'vitest';
import { openApi } from '../../../src/world/docker/api.ts';
import { fakeEngine, json } from './fake-engine.ts';

test('a look that took all its time is repeated once, and then given up', async () => {
  let silent = 1;
  const engine = await fakeEngine((_, response) => {
    if (silent-- <= 0) json(response, { found: true });
  });
  const { look } = openApi(engine.socket, '1.41', { away: 100, look: 500 });
  expect(await look('/containers/json')).toEqual({ found: true });
  silent = 2;
  await expect(look('/containers/json')).rejects.toMatchObject({ code: 'docker-unreachable' });
  expect(engine.requests).toHaveLength(4);
});

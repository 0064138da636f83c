import type { HttpAnswer } from '../../src/world/world.ts';

/** What a made-up app answers. */
export const answer = (status: number, more: Partial<HttpAnswer> = {}): HttpAnswer => ({
  status,
  headers: {},
  cookies: [],
  body: '',
  ...more,
});

export const to = (location: string): HttpAnswer => answer(302, { headers: { location } });

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from './api.ts';

/**
 * Returns when one of these containers starts, dies, or changes its health, or after `ms`. Never fails: it only says when
 * another look is worthwhile, and that look tells what is wrong.
 */
export async function nextChange(api: Api, names: readonly string[], ms: number): Promise<void> {
  const over = new AbortController();
  const timer = sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([timer, event(api, names, over.signal).catch(() => timer)]);
  over.abort();
}

async function event(api: Api, names: readonly string[], signal: AbortSignal): Promise<unknown> {
  const filters = { type: ['container'], container: names, event: ['start', 'die', 'health_status', 'oom'] };
  const stream = await api.open('GET', '/events', { query: { filters }, signal });
  try {
    const ended = once(stream, 'close').then(() => Promise.reject(new Error('The engine ended the stream.')));
    return await Promise.race([once(stream, 'data', { signal }), ended]);
  } finally {
    stream.destroy();
  }
}

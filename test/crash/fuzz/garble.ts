import { pick } from '../../config/random.ts';

type Random = () => number;

const page = '<!doctype html><html><head><title>Router</title></head><body><h1>Sign in</h1></body></html>';

/** Values that authentik never sends in that place. */
const strangers: readonly unknown[] = [null, {}, [], '', 'text', 0, -1, 1e9, true, [null], { pk: null }];

/** An answer as a proxy, a captive portal, another program or a bug might give it. */
export function garbled(random: Random, body: string): string {
  const kind = Math.floor(random() * 10);
  if (kind === 0) return page;
  if (kind === 1) return '['.repeat(20_000) + ']'.repeat(20_000);
  if (kind === 2) return JSON.stringify(pick(random, strangers));
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return body.slice(0, Math.floor(random() * body.length));
  }
  if (kind === 3) return JSON.stringify(endless(value));
  if (kind === 4) return JSON.stringify({ ...(value as object), padding: 'x'.repeat(2_000_000) });
  for (let times = 1 + Math.floor(random() * 3); times > 0; times -= 1) value = wounded(random, value);
  return JSON.stringify(value) ?? '';
}

/** A list without an end. */
function endless(value: unknown): unknown {
  const { results, pagination } = (value ?? {}) as { results?: unknown; pagination?: object };
  return { pagination: { ...pagination, next: 2, total_pages: 1e9, count: 1e12 }, results: results ?? [] };
}

/** One value somewhere in it is another one, or gone. */
function wounded(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.1) return pick(random, strangers);
  if (Array.isArray(value)) {
    if (value.length === 0) return [pick(random, strangers)];
    const at = Math.floor(random() * value.length);
    return value.map((one, i) => (i === at ? wounded(random, one) : one));
  }
  const keys = Object.keys(value);
  // Where there is a list, it is what matters.
  const key = keys.includes('results') && random() < 0.8 ? 'results' : pick(random, keys);
  if (key === undefined) return pick(random, strangers);
  const { [key]: old, ...rest } = value as Record<string, unknown>;
  return random() < 0.15 ? rest : { ...rest, [key]: wounded(random, old) };
}

import { PERIOD, totp } from '../standin/flow/totp.ts';

/** When the recorded server was started: `t` counts from here. */
const STARTED = Date.parse('2026-11-24T16:24:13.6Z');

/** The time at which a recorded request arrived. */
export const timeOf = (t: number): number => STARTED + t * 1000;

/**
 * One-time codes come from keys that differ from run to run: each is recognised by the recorded key that it belongs
 * to at that time, and made anew from this run's key for the same 30 seconds.
 */
export class Codes {
  readonly #keys: (readonly [string, string])[] = [];

  /** Learns which key of this run stands for a recorded one. */
  learn(recorded: unknown, actual: unknown): void {
    const [theirs, ours] = [keyOf(recorded), keyOf(actual)];
    if (theirs && ours) this.#keys.push([theirs, ours]);
  }

  translate(body: unknown, t: number): unknown {
    const code = (body as { code?: unknown } | null | undefined)?.code;
    if (typeof code !== 'string' || !/^\d{6}$/.test(code)) return body;
    const now = Math.floor(timeOf(t) / PERIOD);
    for (const [theirs, ours] of this.#keys)
      for (const step of [now - 1, now, now + 1])
        if (totp(theirs, step) === code) return { ...(body as object), code: totp(ours, step) };
    return body;
  }
}

function keyOf(body: unknown): string | undefined {
  const url = (body as { config_url?: unknown } | null | undefined)?.config_url;
  return typeof url === 'string' ? (new URL(url).searchParams.get('secret') ?? undefined) : undefined;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { crash, json, type Reply } from './http/reply.ts';
import type { Fault } from './options.ts';

/** The answer after a fault had its way; undefined when no answer is sent at all. */
export async function faulty(
  fault: Fault | undefined,
  method: string,
  respond: () => Promise<Reply>,
  signal: AbortSignal,
): Promise<{ reply: Reply; cut: boolean } | undefined> {
  const whole = (reply: Reply) => ({ reply, cut: false });
  switch (fault?.kind) {
    case undefined:
      return whole(await respond());
    case 'delay':
      await sleep(fault.ms, undefined, { signal });
      return whole(await respond());
    case 'truncate':
      return { reply: await respond(), cut: true };
    case 'status': {
      const { headers, ...rest } = json(fault.status, { detail: 'Request was throttled.' });
      const retry: Record<string, string> =
        fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
      return whole({ ...rest, headers: { ...headers, ...retry } });
    }
    case 'garble': {
      const reply = await respond();
      return whole({ ...reply, body: fault.change(String(reply.body)) });
    }
    case 'answer':
      if (fault.commit) await respond();
      return whole(json(fault.status, fault.body));
    case 'drop':
      if (fault.commit) await respond();
      return undefined;
    case 'crash':
      if (fault.commit) await respond();
      return whole(crash(method));
    case 'recycled':
      if (fault.commit) await respond();
      return whole(json(502, { error: 'failed to connect to authentik backend: connection reset by peer' }));
  }
}

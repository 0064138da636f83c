import type { Era } from '../era.ts';
import type { Call } from '../http/call.ts';
import type { Reply } from '../http/reply.ts';

export interface Watch {
  violations: string[];
  see(call: Call, reply: Reply): void;
}

export async function schemaWatch(_era: Era): Promise<Watch> {
  return { violations: [], see: () => {} };
}

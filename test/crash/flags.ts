import { parseArgs } from 'node:util';
import type { Batch } from './trials.ts';

export interface Given {
  readonly json: boolean;
  readonly docker: boolean;
  readonly batch: Batch;
  readonly seed: number;
}

/** npm run crash [-- --json] [--docker [--batch 1/6]] [--seed N]; undefined where that is not what was typed. */
export function givenFlags(argv: readonly string[]): Given | undefined {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        json: { type: 'boolean', default: false },
        docker: { type: 'boolean', default: false },
        batch: { type: 'string', default: '1/1' },
        seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
      },
    });
    const [nth, of] = values.batch.split('/').map(Number);
    const seed = Number(values.seed);
    if (!nth || !of || nth > of || !Number.isInteger(seed)) return undefined;
    return { json: values.json, docker: values.docker, batch: { nth, of }, seed };
  } catch {
    return undefined;
  }
}

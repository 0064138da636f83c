import type { Ran } from '../../fakes/homeauth.ts';
import { unnamed } from '../faults/fault.ts';

/** What is wrong with what a command said: an error that says too little, or a secret; one that is cut short shows its beginning. */
export function ill(ran: Ran, secrets: readonly string[]): string[] {
  const { out, err, failure } = ran;
  const said = [out, err, failure?.problem, failure?.why, failure?.details, failure?.fix].join('\n');
  const isTold = secrets.some((secret) => said.includes(secret.slice(0, 12)));
  return [...(failure ? unnamed(ran) : []), ...(isTold ? ['it shows a secret'] : [])];
}

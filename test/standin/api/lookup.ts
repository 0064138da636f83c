import type { Call } from '../http/call.ts';
import { refuse } from '../http/reply.ts';
import { isUuid } from './paging.ts';

/** The object a path names. A malformed id says "Not found.", an unknown one names the model. */
export function byPk<T extends { pk: string | number }>(
  call: Call,
  rows: readonly T[],
  model: string,
  param = 'pk',
): T {
  const given = call.params[param] ?? '';
  const numeric = model === 'User' || model.endsWith('Provider');
  if (numeric ? !/^\d+$/.test(given) : !isUuid(given)) refuse(404, { detail: 'Not found.' });
  return rows.find((one) => String(one.pk) === given.toLowerCase()) ?? missing(model);
}

export const missing = (model: string): never => refuse(404, { detail: `No ${model} matches the given query.` });

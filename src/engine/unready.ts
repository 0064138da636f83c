import type { Change } from '../model/change.ts';
import { type Id, idOf, type Resource } from '../model/resource.ts';
import type { Kind } from './kind.ts';
import { judge, observeAll } from './plan.ts';
import type { Run } from './run.ts';

export interface Pending {
  readonly resource: Resource;
  readonly change: Change;
  /** It is as it should be, and not ready yet. */
  readonly isRight: boolean;
  readonly line?: string;
  /** It never will be ready by itself. */
  readonly isLost?: true;
}

/** One look at what was wanted: what of it is still wrong, or not ready. `touched`: what was done about it. */
export async function unready<F>(
  want: readonly Resource[],
  touched: ReadonlyMap<Id, Change>,
  { kinds, world }: Run<F>,
): Promise<Pending[]> {
  const seen = await observeAll(want, kinds, world);
  return want.flatMap((resource): Pending[] => {
    const id = idOf(resource);
    const found = seen.get(id) ?? { is: 'absent' as const };
    const wrong = judge(kinds, resource, found, undefined);
    if (wrong) {
      const change: Change = { op: touched.get(id)?.op ?? wrong.op, id, because: wrong.because };
      return [{ resource, change, isRight: false }];
    }
    const readiness = found.is === 'present' ? (kinds[resource.kind] as Kind<unknown>).ready?.(found.spec) : undefined;
    if (!readiness) return [];
    const { because, ...more } = readiness;
    return [{ resource, change: { op: 'later', id, because: [because] }, isRight: true, ...more }];
  });
}

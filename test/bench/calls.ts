import { bareMachine, type Machine } from './machine.ts';

export interface Calls {
  /** Requests of a `plan` that remembers nothing. */
  readonly plan: number;
  /** Requests other than GET of the `apply` that made all apps. */
  readonly apply: number;
  /** Those among them that change the outpost. */
  readonly outpost: number;
  /** Requests other than GET of the `apply` after it. */
  readonly again: number;
}

/** How often authentik is asked for so many apps. `use` gets the machine before it is taken down. */
export async function countCalls(apps: number, use?: (machine: Machine) => Promise<void>): Promise<Calls> {
  const machine = await bareMachine();
  try {
    await machine.want(apps);
    const made = changing(await machine.requestsOf('apply'));
    const again = changing(await machine.requestsOf('apply'));
    const plan = await machine.requestsOf('plan');
    await use?.(machine);
    return {
      plan: plan.length,
      apply: made.length,
      outpost: made.filter(({ path }) => path.includes('/outposts/')).length,
      again: again.length,
    };
  } finally {
    await machine.close();
  }
}

const changing = <R extends { readonly method: string }>(requests: readonly R[]): R[] =>
  requests.filter(({ method }) => method !== 'GET');

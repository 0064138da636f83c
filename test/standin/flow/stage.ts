import type { Call } from '../http/call.ts';
import type { Json, User } from '../state.ts';
import type { Flow, Plan } from '../state-flows.ts';

/** One visit of the executor: who comes, with which plan, and the query of the page around it. */
export interface Step {
  call: Call;
  plan: Plan;
  flow: Flow;
  query: URLSearchParams;
  /** Where the flow ends; a stage may set it. */
  to?: string;
  /** Set by the login stage: its cookies go out with the answer. */
  loggedIn?: true;
  loggedOut?: true;
}

export type Errors = Record<string, { string: string; code: string }[]>;

/** One stage of a flow. `skip` means that it is not part of this plan, `pass` that it is done without asking. */
export interface Stage {
  ask(step: Step): Json | 'pass' | 'skip';
  /** What is wrong with the answer, or undefined when it is taken. */
  answer?(step: Step, body: Json): Errors | undefined;
}

export const invalid = (field: string, string: string): Errors => ({ [field]: [{ string, code: 'invalid' }] });

export const pendingUser = ({ call, plan }: Step): User | undefined =>
  call.state.users.find((one) => one.username === plan.pendingUser);

export const currentUser = ({ call }: Step): User | undefined =>
  call.state.users.find((one) => one.pk === call.session?.data.user);

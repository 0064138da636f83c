import type { Call } from '../http/call.ts';
import type { Json, User } from '../state.ts';
import type { Flow, Plan } from '../state-flows.ts';

/** One visit of the executor: who comes, with which plan, and the query of the page around it. */
export interface Step {
  call: Call;
  plan: Plan;
  flow: Flow;
  query: URLSearchParams;
  /** The stage that is asked now. */
  name: string;
  config: Json;
  /** Where the flow ends; a stage may set it. */
  to?: string;
  /** Set by the login stage: its cookies go out with the answer. */
  loggedIn?: true;
  loggedOut?: true;
}

export type Errors = Record<string, { string: string; code: string }[]>;

/** Ends the flow with a refusal. */
export interface Denial {
  deny: string;
}

/** One stage of a flow. `skip` means that it is not part of this plan, `pass` that it is done without asking. */
export interface Stage {
  ask(step: Step): Json | Denial | 'pass' | 'skip';
  /** What is wrong with the answer, or undefined when it is taken. */
  answer?(step: Step, body: Json): Errors | Denial | undefined;
}

export const isDenial = (value: unknown): value is Denial =>
  typeof value === 'object' && value !== null && 'deny' in value && typeof value.deny === 'string';

export const invalid = (field: string, string: string, code = 'invalid'): Errors => ({ [field]: [{ string, code }] });

export const missingField = (field: string): Errors => invalid(field, 'This field is required.', 'required');

/** Whom the flow is about: the one that was named, else who is signed in. */
export const pendingUser = ({ call, plan }: Pick<Step, 'call' | 'plan'>): User | undefined =>
  plan.unknown
    ? undefined
    : plan.pendingUser === undefined
      ? call.state.users.find((one) => one.pk === call.session?.data.user)
      : call.state.users.find((one) => one.username === plan.pendingUser);

export const currentUser = ({ call }: Step): User | undefined =>
  call.state.users.find((one) => one.pk === call.session?.data.user);

import { least } from '../config/password-rules.ts';
import type { Id, Resource } from '../model/resource.ts';
import type { ObjectSpec } from '../model/sso.ts';

type Fields = ObjectSpec['fields'];

/** A step of a flow: its stage, and what decides whether it is shown. */
interface Step {
  readonly order: number;
  /** Path of its API below `stages/`. */
  readonly sort: string;
  /** Behind the flow's slug: `email` makes `homeauth-recovery-email`. */
  readonly name: string;
  readonly fields: Fields;
  /** Names of the policies that are asked, in its turn. */
  readonly policies?: readonly string[];
  /** It is shown where a policy of it breaks: to leave it out would open a way past it. */
  readonly isGuard?: true;
}

/** A flow with all that it is made of; every name begins with its slug. */
export interface FlowPlan {
  readonly slug: string;
  readonly fields: Fields;
  /** Fields of forms, by their names behind the slug. */
  readonly prompts: Readonly<Record<string, Fields>>;
  /** Expressions, by their names behind the slug. */
  readonly policies: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

/** The flow in the order in which it can be made: what stands later refers to what stands before. */
export function flowStages({ slug, fields, prompts, policies, steps }: FlowPlan, inside: Id): Resource[][] {
  const named = (name: string) => `${slug}-${name}`;
  const place = ({ order, name }: Step) => `${slug}/${order}/${named(name)}`;
  return [
    [
      { kind: 'flow', key: slug, spec: { fields }, inside },
      ...Object.entries(prompts).map(
        ([name, spec]): Resource => ({ kind: 'prompt', key: named(name), spec: { fields: spec }, inside }),
      ),
      ...Object.entries(policies).map(
        ([name, expression]): Resource => ({
          kind: 'policy',
          key: named(name),
          spec: { fields: { expression } },
          inside,
        }),
      ),
    ],
    steps.map(
      (step): Resource => ({
        kind: 'stage',
        key: `${step.sort}/${named(step.name)}`,
        spec: { fields: step.fields },
        inside,
      }),
    ),
    steps.map(
      (step): Resource => ({
        kind: 'flow-binding',
        key: place(step),
        // A plan is kept for some minutes, and shown to others: what depends on who comes is asked in its turn alone.
        spec: { onPlan: step.policies === undefined, onTurn: step.policies !== undefined },
        inside,
      }),
    ),
    steps.flatMap((step) =>
      (step.policies ?? []).map(
        (policy): Resource => ({
          kind: 'policy-binding',
          key: `${place(step)}/${named(policy)}`,
          spec: { enabled: true, onFailure: step.isGuard ?? false },
          inside,
        }),
      ),
    ),
  ];
}

/** authentik takes any password, one letter included: a page asks for as many characters as homeauth does. */
export const passwordPolicy = `if len(request.context.get('prompt_data', {}).get('password', '')) < ${least}:
    ak_message('The password needs ${least} characters or more.')
    return False
return True`;

/** A password, and once more: authentik compares the two by their names. */
export const passwordFields = (order: number): Readonly<Record<'password' | 'password-repeat', Fields>> => ({
  password: { field_key: 'password', label: 'Password', type: 'password', required: true, placeholder: '', order },
  'password-repeat': {
    field_key: 'password_repeat',
    label: 'Password again',
    type: 'password',
    required: true,
    placeholder: '',
    order: order + 1,
  },
});

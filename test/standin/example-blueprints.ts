import { bindPolicy, makeStage } from './default-flow.ts';
import type { DefaultStage } from './default-stages.ts';
import { makeFlow, makeStageBinding } from './make-flow.ts';
import type { Json, State } from './state.ts';
import type { Prompt, StageBinding } from './state-flows.ts';

type Field = Pick<Prompt, 'name' | 'field_key' | 'label' | 'type'> & Partial<Prompt>;
type Step = DefaultStage & { binding?: Partial<StageBinding> };

interface Example {
  flow: { slug: string; name: string; title: string; designation: string; authentication: string };
  steps: readonly Step[];
}

const field = (name: string, field_key: string, label: string, type: string, order: number): Field => ({
  name,
  field_key,
  label,
  type,
  placeholder: label,
  order,
});

const PLANNED = { evaluate_on_plan: true };
const FIXED = { evaluate_on_plan: true, re_evaluate_policies: false };

const recovery = (): Example => ({
  flow: {
    slug: 'default-recovery-flow',
    name: 'Default recovery flow',
    title: 'Reset your password',
    designation: 'recovery',
    authentication: 'require_unauthenticated',
  },
  steps: [
    {
      order: 10,
      kind: 'identification',
      name: 'default-recovery-identification',
      config: { user_fields: ['email', 'username'] },
      binding: PLANNED,
      policy: {
        name: 'default-recovery-skip-if-restored',
        expression: "return bool(request.context.get('is_restored', True))\n",
      },
    },
    {
      order: 20,
      kind: 'email',
      name: 'default-recovery-email',
      config: { use_global_settings: true, activate_user_on_success: true },
      binding: PLANNED,
    },
    {
      order: 30,
      kind: 'prompt/stages',
      name: 'Change your password',
      fields: [
        field('default-recovery-field-password', 'password', 'Password', 'password', 0),
        field('default-recovery-field-password-repeat', 'password_repeat', 'Password (repeat)', 'password', 1),
      ],
      binding: FIXED,
    },
    {
      order: 40,
      kind: 'user_write',
      name: 'default-recovery-user-write',
      config: { user_creation_mode: 'never_create' },
      binding: FIXED,
    },
    { order: 100, kind: 'user_login', name: 'default-recovery-user-login', binding: FIXED },
  ],
});

function invitation(context: Json): Example {
  const text = (name: string, standard: string): string => String(context[name] ?? standard);
  const slug = text('flow_slug', 'invitation-enrollment-flow');
  const name = text('flow_name', 'Invitation Enrollment Flow');
  const userType = text('user_type', 'external');
  const own = (part: string): string => `invitation-enrollment-${part}-${slug}`;
  return {
    flow: { slug, name, title: name, designation: 'enrollment', authentication: 'require_unauthenticated' },
    steps: [
      {
        order: 5,
        kind: 'invitation/stages',
        name: text('stage_name', 'invitation-stage'),
        config: { continue_flow_without_invitation: context['continue_flow_without_invitation'] === true },
        binding: PLANNED,
      },
      {
        order: 10,
        kind: 'prompt/stages',
        name: own('prompt-credentials'),
        fields: [
          field(own('field-username'), 'username', 'Username', 'username', 0),
          field(own('field-password'), 'password', 'Password', 'password', 1),
          field(own('field-password-repeat'), 'password_repeat', 'Password (repeat)', 'password', 2),
        ],
      },
      {
        order: 15,
        kind: 'prompt/stages',
        name: own('prompt-details'),
        fields: [
          field(own('field-name'), 'name', 'Name', 'text', 0),
          field(own('field-email'), 'email', 'Email', 'email', 1),
        ],
      },
      {
        order: 20,
        kind: 'user_write',
        name: own('user-write'),
        config: {
          user_creation_mode: 'always_create',
          user_type: userType,
          user_path_template: `users/${userType}`,
        },
      },
      { order: 100, kind: 'user_login', name: own('user-login') },
    ],
  };
}

/** The bundled examples that the stand-in can import. */
const EXAMPLES: Readonly<Record<string, (context: Json) => Example>> = {
  'example/flows-recovery-email-verification.yaml': recovery,
  'example/flows-invitation-enrollment-minimal.yaml': invitation,
};

/** Makes what an example describes where it is missing. `false` for a path that is none. */
export function importExample(state: State, path: string, context: Json): boolean {
  const example = EXAMPLES[path]?.(context);
  if (!example) return false;
  if (state.flows.some((one) => one.slug === example.flow.slug)) return true;
  const flow = makeFlow(state, example.flow);
  for (const { binding, policy, ...stage } of example.steps) {
    const { pk } = makeStage(state, stage);
    const bound = makeStageBinding(state, { target: flow.pk, stage: pk, order: stage.order, ...binding });
    if (policy) bindPolicy(state, bound.policybindingmodel_ptr_id, policy);
  }
  return true;
}

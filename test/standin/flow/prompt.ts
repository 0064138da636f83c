import { email } from '../api/checks.ts';
import { evaluate } from '../expressions.ts';
import type { Json, User } from '../state.ts';
import type { Prompt } from '../state-flows.ts';
import { type Errors, invalid, missingField, pendingUser, type Stage, type Step } from './stage.ts';

/** Shown, never answered. */
const SHOWN = ['static', 'separator', 'alert_info', 'alert_warning', 'alert_danger'];
const ASKED = [
  'text',
  'text_area',
  'username',
  'email',
  'password',
  'hidden',
  'text_read_only',
  'checkbox',
  'ak-locale',
];

function promptsOf({ call, config }: Step): Prompt[] {
  const fields = config['fields'] as string[];
  const found = call.state.prompts.filter((one) => fields.includes(one.pk)).sort((a, b) => a.order - b.order);
  const strange = found.find((one) => !SHOWN.includes(one.type) && !ASKED.includes(one.type));
  if (strange) throw new Error(`the stand-in has no prompts of the type ${strange.type}`);
  return found;
}

/** The bundled blueprints begin some fields with the person's own value; no other expression is known. */
function initial(step: Step, prompt: Prompt): unknown {
  const given = step.plan.data[prompt.field_key];
  if (given !== undefined && prompt.type !== 'password') return given;
  if (!prompt.initial_value_expression) return prompt.initial_value;
  const attribute = /return user\.(username|name|email)\b/.exec(prompt.initial_value)?.[1];
  if (!attribute) step.call.site.say(`The stand-in cannot read the initial value of the prompt "${prompt.name}"`);
  return attribute ? (pendingUser(step)?.[attribute as 'name'] ?? '') : '';
}

export const prompt: Stage = {
  ask: (step) => ({
    component: 'ak-stage-prompt',
    fields: promptsOf(step).map((one) => ({
      field_key: one.field_key,
      label: one.label,
      type: one.type,
      required: one.required,
      placeholder: one.placeholder,
      initial_value: initial(step, one),
      order: one.order,
      sub_text: one.sub_text,
      choices: null,
    })),
  }),
  answer: (step, body) => {
    const asked = promptsOf(step).filter((one) => !SHOWN.includes(one.type));
    const errors = Object.assign({}, ...asked.map((one) => problemOf(step, one, body))) as Errors;
    if (Object.keys(errors).length > 0) return errors;
    const passwords = asked.filter((one) => one.type === 'password').map((one) => body[one.field_key]);
    if (new Set(passwords).size > 1) return invalid('non_field_errors', "Passwords don't match.");
    const refused = refusalOf(step, body);
    if (refused) return invalid('non_field_errors', refused);
    for (const one of asked) step.plan.data[one.field_key] = body[one.field_key] ?? '';
    return undefined;
  },
};

/** What a policy on the whole form has against it. */
function refusalOf({ call, plan, config }: Step, body: Json): string | undefined {
  const asking = { call, plan: { ...plan, data: { ...plan.data, ...body } } };
  for (const pk of (config['validation_policies'] ?? []) as string[]) {
    const policy = call.state.policies.find((one) => one.pk === pk);
    const verdict = policy && evaluate(policy.expression, asking);
    if (verdict !== true) return typeof verdict === 'object' ? verdict.message : 'Policy denied access';
  }
  return undefined;
}

function problemOf(step: Step, one: Prompt, body: Json): Errors | undefined {
  const { field_key: key, type, required } = one;
  const value = body[key];
  if (value === undefined || value === null) return required ? missingField(key) : undefined;
  if (value === '') return required ? invalid(key, 'This field may not be blank.', 'blank') : undefined;
  const text = String(value);
  const problem = type === 'email' ? email(text) : type === 'username' ? taken(step, text) : undefined;
  return problem === undefined ? undefined : invalid(key, problem);
}

/** A name of somebody else's; one's own may stay. */
function taken(step: Step, name: string): string | undefined {
  const other = (user: User): boolean => user.username === name && user !== pendingUser(step);
  return step.call.state.users.some(other) ? 'Username is already taken.' : undefined;
}

import { randomUUID } from 'node:crypto';
import type { Call } from '../http/call.ts';
import { json, noContent } from '../http/reply.ts';
import type { State } from '../state.ts';
import type { Prompt } from '../state-flows.ts';
import { unique } from './checks.ts';
import { bodyOf, type Fields, readFields } from './fields.ts';
import { byPk } from './lookup.ts';
import { list } from './paging.ts';
import { type Handler, type Route, route } from './router.ts';
import { stageBrief } from './show-flow.ts';

const TYPES = [
  'text',
  'text_area',
  'text_read_only',
  'text_area_read_only',
  'username',
  'email',
  'password',
  'number',
  'checkbox',
  'radio-button-group',
  'dropdown',
  'date',
  'date-time',
  'file',
  'separator',
  'hidden',
  'static',
  'alert_info',
  'alert_warning',
  'alert_danger',
  'ak-locale',
];

function showPrompt(state: State, prompt: Prompt): unknown {
  const { sub_text, placeholder_expression, initial_value_expression, ...rest } = prompt;
  const holders = state.stages.filter(
    (one) => one.kind === 'prompt/stages' && (one.config['fields'] as string[]).includes(prompt.pk),
  );
  const prompt_stages_obj = holders.map((one) => ({ ...stageBrief(state, one), ...one.config }));
  return { ...rest, prompt_stages_obj, sub_text, placeholder_expression, initial_value_expression };
}

const fieldsFor = (state: State, self?: Prompt): Fields => ({
  name: {
    type: 'text',
    required: true,
    check: unique(
      () => state.prompts.filter((one) => one !== self).map((one) => one.name),
      'Prompt with this name already exists.',
    ),
  },
  field_key: { type: 'text', required: true },
  label: { type: 'text', required: true },
  type: { type: 'text', required: true, choices: TYPES },
  required: { type: 'bool' },
  placeholder: { type: 'text', blank: true },
  initial_value: { type: 'text', blank: true },
  order: { type: 'int' },
  sub_text: { type: 'text', blank: true },
  placeholder_expression: { type: 'bool' },
  initial_value_expression: { type: 'bool' },
});

/** A prompt with authentik's defaults. */
export const newPrompt = (given: Pick<Prompt, 'name' | 'field_key' | 'label' | 'type'> & Partial<Prompt>): Prompt => ({
  pk: randomUUID(),
  required: true,
  placeholder: '',
  initial_value: '',
  order: 0,
  sub_text: '',
  placeholder_expression: false,
  initial_value_expression: false,
  ...given,
});

const named = (call: Call): Prompt => byPk(call, call.state.prompts, 'Prompt');

const change =
  (partial: boolean): Handler =>
  (call) => {
    const prompt = named(call);
    Object.assign(prompt, readFields<Prompt>(bodyOf(call), fieldsFor(call.state, prompt), partial));
    return json(200, showPrompt(call.state, prompt));
  };

export const promptRoutes: readonly Route[] = [
  route('/stages/prompt/prompts/', {
    GET: (call) =>
      list(call, {
        rows: call.state.prompts,
        show: (one) => showPrompt(call.state, one),
        search: (one) => [one.name, one.field_key],
        filters: {
          name: { kind: 'exact', of: (one) => one.name },
          field_key: { kind: 'exact', of: (one) => one.field_key },
          label: { kind: 'exact', of: (one) => one.label },
          type: { kind: 'exact', of: (one) => one.type },
          placeholder: { kind: 'exact', of: (one) => one.placeholder },
        },
        order: { field_key: (one) => one.field_key, name: (one) => one.name },
      }),
    POST: (call) => {
      const input = readFields<Prompt>(bodyOf(call), fieldsFor(call.state), false);
      const prompt = newPrompt({ name: '', field_key: '', label: '', type: '', ...input });
      call.state.prompts.push(prompt);
      return json(201, showPrompt(call.state, prompt));
    },
  }),
  route('/stages/prompt/prompts/:pk/', {
    GET: (call) => json(200, showPrompt(call.state, named(call))),
    PUT: change(false),
    PATCH: change(true),
    DELETE: (call) => {
      const { state } = call;
      const prompt = named(call);
      state.prompts = state.prompts.filter((one) => one !== prompt);
      for (const { kind, config } of state.stages)
        if (kind === 'prompt/stages')
          config['fields'] = (config['fields'] as string[]).filter((one) => one !== prompt.pk);
      return noContent();
    },
  }),
];

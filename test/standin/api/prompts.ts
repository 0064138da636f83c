import { randomUUID } from 'node:crypto';
import type { State } from '../state.ts';
import type { Prompt } from '../state-flows.ts';
import { type Fields, uniqueText } from './fields.ts';
import { by, columns } from './paging.ts';
import { stageBrief } from './show-flow.ts';
import { reader, viewSet } from './view-set.ts';

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
  name: uniqueText(
    'name',
    state.prompts.filter((one) => one !== self),
    'Prompt with this name already exists.',
  ),
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

export const promptRoutes = viewSet<Prompt>({
  path: '/stages/prompt/prompts/',
  model: 'Prompt',
  rows: ({ state }) => state.prompts,
  show: ({ state }, one) => showPrompt(state, one),
  search: (one) => [one.name, one.field_key],
  filters: by('exact', 'name', 'field_key', 'label', 'type', 'placeholder'),
  order: columns('field_key', 'name'),
  read: reader(fieldsFor),
  make({ state }, input) {
    const prompt = newPrompt({ name: '', field_key: '', label: '', type: '', ...input });
    state.prompts.push(prompt);
    return prompt;
  },
  remove({ state }, prompt) {
    state.prompts = state.prompts.filter((one) => one !== prompt);
    for (const { kind, config } of state.stages)
      if (kind === 'prompt/stages')
        config['fields'] = (config['fields'] as string[]).filter((one) => one !== prompt.pk);
  },
});

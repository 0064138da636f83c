import type { Stage } from './stage.ts';

/** Nobody gets past it. */
export const deny: Stage = { ask: ({ config }) => ({ deny: String(config['deny_message'] ?? '') }) };

/** Shows its name and asks for nothing. */
export const dummy: Stage = {
  ask: ({ name }) => ({ component: 'ak-stage-dummy', name }),
  answer: () => undefined,
};

/** Closes the first-run setup for good. */
export const closeSetup: Stage = {
  ask: ({ call }) => {
    call.state.setup = true;
    return 'pass';
  },
};

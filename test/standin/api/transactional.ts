import { json, refuse } from '../http/reply.ts';
import type { Json } from '../state.ts';
import { applicationErrors, saveApplication } from './applications.ts';
import { makeBinding } from './bindings.ts';
import { bodyOf, readFields } from './fields.ts';
import { providerErrors, saveProvider } from './providers.ts';
import { type Route, route } from './router.ts';

interface Input {
  app: Json;
  provider_model: string;
  provider: Json;
  policy_bindings: Json[];
}

/** Provider, application and bindings at once, or nothing. It must be new, and no id is told. */
export const transactionalRoutes: readonly Route[] = [
  route('/core/transactional/applications/', {
    PUT: (call) => {
      const { state } = call;
      const {
        app = {},
        provider = {},
        policy_bindings = [],
      } = readFields<Input>(
        bodyOf(call),
        {
          app: { type: 'object', required: true },
          provider_model: { type: 'text', required: true, choices: ['authentik_providers_proxy.proxyprovider'] },
          provider: { type: 'object', required: true },
          policy_bindings: { type: 'any' },
        },
        false,
      );
      const appErrors = applicationErrors(state, app, false);
      if (Object.keys(appErrors).length > 0) refuse(400, { app: appErrors });
      const wrong = providerErrors(state, provider);
      if (Object.keys(wrong).length > 0) refuse(400, { provider: wrong });
      // The dry run before the real one uses up a number of the sequence, as recorded.
      state.serial.provider++;
      const saved = saveApplication(state, { ...app, provider: saveProvider(state, provider).pk });
      for (const one of policy_bindings) makeBinding(state, { ...one, target: saved.pk });
      return json(200, { applied: true, logs: [] });
    },
  }),
];

import type { Kind } from '../engine/kind.ts';
import { changes } from '../model/reason.ts';
import type { SettingsSpec } from '../model/sso.ts';
import type { SystemSettings } from '../world/authentik/schema.ts';
import { lookInto } from './authentik.ts';

/** authentik's public address in its own system settings, which it needs from 2026.11 on. */
export const settingsKind: Kind<SettingsSpec> = {
  told: { noun: 'settings', place: 'in authentik', isOne: true },

  observe: (_key, world, want) =>
    lookInto(world, async (authentik) => {
      const { base_url } = await authentik.get<SystemSettings>('admin/settings');
      // A release before 2026.8 has no such setting: there is nothing to put right.
      return { baseUrl: base_url ?? want?.baseUrl ?? '' };
    }),

  differs: (want, have) => changes('base URL', have.baseUrl, want.baseUrl),

  async apply(_key, want, { authentik }) {
    if (want) await authentik.call('PATCH', 'admin/settings', { base_url: want.baseUrl }, []);
  },

  release: (ours, before, have) => (have.baseUrl === ours.baseUrl ? before : have),

  hint: () => "In authentik, open System > Settings and set the base URL to authentik's public address.",
};

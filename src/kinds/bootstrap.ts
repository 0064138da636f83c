import type { Kind } from '../engine/kind.ts';
import { Failure } from '../model/failure.ts';
import { differs } from '../model/reason.ts';
import type { BootstrapSpec } from '../model/sso.ts';
import { lookInto, tokenCalled } from './authentik.ts';

/** The token of the first start, which opens everything and never expires: gone as soon as our own works. */
export const bootstrapKind: Kind<BootstrapSpec> = {
  told: { noun: 'bootstrap token', place: 'in authentik', isOne: true, isPart: true },

  observe: (key, world) =>
    lookInto(world, async (authentik) => ({ gone: (await tokenCalled(authentik, key)) === undefined })),

  differs: (want, have) =>
    want.gone && !have.gone ? [differs('gone', 'the bootstrap token still opens the API')] : [],

  async apply(key, want, { authentik }, have) {
    if (!want?.gone || have?.gone) return;
    if (!(await authentik.ownTokenWorks())) {
      throw new Failure({
        code: 'own-token-not-proven',
        problem: "The bootstrap token stays: authentik's API does not accept homeauth's own token yet.",
        why: 'Without one of the two, homeauth could change nothing in authentik.',
        fix: 'Run the command again: it makes its own token first.',
      });
    }
    await authentik.remove('core/tokens', key);
  },

  // Nothing gives it back: authentik would recreate it by itself, with the variables of the first start.
  release: (_ours, _before, have) => have,

  hint: (key) => `In authentik, open Directory > Tokens and App passwords and delete "${key}".`,
};

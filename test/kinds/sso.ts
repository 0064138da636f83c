import { converge } from '../../src/engine/converge.ts';
import type { Kinds } from '../../src/engine/kind.ts';
import type { Ledger, LedgerStore } from '../../src/engine/ledger.ts';
import { observeAll, plan } from '../../src/engine/plan.ts';
import type { Run } from '../../src/engine/run.ts';
import { applicationKind } from '../../src/kinds/application.ts';
import { bindingKind } from '../../src/kinds/binding.ts';
import { bootstrapKind } from '../../src/kinds/bootstrap.ts';
import { brandKind } from '../../src/kinds/brand.ts';
import { stageKind, stageSettingsKind } from '../../src/kinds/flow-stage.ts';
import { groupKind } from '../../src/kinds/group.ts';
import { oauth2ProviderKind } from '../../src/kinds/oauth2-provider.ts';
import { outpostKind } from '../../src/kinds/outpost.ts';
import { policyKind } from '../../src/kinds/policy.ts';
import { providerKind } from '../../src/kinds/provider.ts';
import { serviceKind } from '../../src/kinds/service.ts';
import { settingsKind } from '../../src/kinds/settings.ts';
import { tokenKind } from '../../src/kinds/token.ts';
import { userKind } from '../../src/kinds/user.ts';
import type { Change } from '../../src/model/change.ts';
import { type Id, idOf, type Resource } from '../../src/model/resource.ts';
import { said } from '../words.ts';
import { type Up, type UpOptions, up } from '../world/authentik/up.ts';

/** The kinds that live in authentik; the engine asks for no other in these tests. */
const ssoKinds = {
  service: serviceKind,
  token: tokenKind,
  bootstrap: bootstrapKind,
  group: groupKind,
  user: userKind,
  provider: providerKind,
  'oauth2-provider': oauth2ProviderKind,
  application: applicationKind,
  binding: bindingKind,
  outpost: outpostKind,
  settings: settingsKind,
  policy: policyKind,
  stage: stageKind,
  'stage-settings': stageSettingsKind,
  brand: brandKind,
} as unknown as Kinds;

/** An authentik stand-in with the real engine at work on it. */
export interface Sso extends Up {
  ledger: Ledger;
  /** Converges stage after stage; gives the changes as `create group:family`. */
  run(stages: readonly (readonly Resource[])[], options?: { mayTake?: (id: Id) => boolean }): Promise<string[]>;
  /** What would change of these things, with reasons. */
  plan(want: readonly Resource[]): Promise<string[]>;
}

export async function sso(options: UpOptions = {}): Promise<Sso> {
  const here = await up(options);
  const store: LedgerStore = {
    read: async () => all.ledger,
    close: async () => {},
    save: async (ledger) => {
      // As it comes back from the file.
      all.ledger = JSON.parse(JSON.stringify(ledger));
    },
  };
  const runOf = (stages: readonly (readonly Resource[])[], mayTake: (id: Id) => boolean): Run<undefined> => ({
    kinds: ssoKinds,
    world: here.world,
    ledger: store,
    stages: stages.map((want, n) => ({ title: `stage ${n + 1}`, want: () => want })),
    survey: async () => undefined,
    mayTake,
    progress: () => {},
    signal: new AbortController().signal,
  });
  const all: Sso = {
    ...here,
    ledger: [],
    run: async (stages, { mayTake = () => false } = {}) =>
      (await converge(runOf(stages, mayTake))).map(({ op, id }) => `${op} ${id}`),
    async plan(want) {
      const seen = await observeAll(want, ssoKinds, here.world);
      const ids = new Set(want.map(idOf));
      return plan(ssoKinds, want, seen, all.ledger)
        .filter(({ id }) => ids.has(id))
        .map(line);
    },
  };
  return all;
}

const line = ({ op, id, because }: Change): string => `${op} ${id}: ${said(because).join('; ')}`;

const consent = 'default-provider-authorization-explicit-consent';
const invalidation = 'default-provider-invalidation-flow';

export const provider = (name: string, host = `https://${name}.home.example.com`, more = {}): Resource => ({
  kind: 'provider',
  key: name,
  spec: {
    mode: 'forward_single',
    externalHost: host,
    cookieDomain: '',
    authorizationFlow: consent,
    invalidationFlow: invalidation,
    ...more,
  },
});

export const application = (name: string, more = {}): Resource => ({
  kind: 'application',
  key: name,
  spec: { name, provider: name, hidden: false, launchUrl: `https://${name}.home.example.com/`, ...more },
});

export const outpost = (...providers: string[]): Resource => ({
  kind: 'outpost',
  key: 'authentik Embedded Outpost',
  spec: { authentikHost: 'https://auth.home.example.com', providers },
});

export const token: Resource = {
  kind: 'token',
  key: 'homeauth',
  spec: { username: 'homeauth', group: 'authentik Admins', proven: true },
};

export const bootstrapGone: Resource = { kind: 'bootstrap', key: 'authentik-bootstrap-token', spec: { gone: true } };

export const failing = async (work: Promise<unknown>): Promise<{ code: string; problem: string; fix: string }> =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error) => error,
  );

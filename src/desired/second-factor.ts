import type { Config } from '../config/config.ts';
import type { Id, Resource } from '../model/resource.ts';

const loginFlow = 'default-authentication-flow';
const appSetup = 'default-authenticator-totp-setup';
const codesSetup = 'default-authenticator-static-setup';

/** Whoever has no second factor sets up an app, and is then let in. */
const setUp = { not_configured_action: 'configure', configuration_stages: [appSetup] };

const stage = 'homeauth-second-factor-of-admins';
const policy = 'homeauth-admin-without-second-factor';
/** After the stage at 30, which asks for the second factors that there are, and before the login at 100. */
const turn = `${loginFlow}/35/${stage}`;

/**
 * Who has a second factor was asked for it by the stage before: asked again, their code would be refused. So only an
 * administrator without one is held up here. In a flow `request.user` may still be nobody.
 */
const expression = [
  'user = request.context.get("pending_user")',
  'return bool(user and user.is_superuser and not ak_user_has_authenticator(user))',
].join('\n');

const withoutCodes = 'homeauth-app-without-recovery-codes';
/** Right behind the app, wherever that was set up, and before the login at 100. */
const codesTurn = `${loginFlow}/40/${codesSetup}`;

/** Recovery codes are the second step of an app: on the day on which the phone is lost it is too late for them. */
const lacksCodes = (who: string): string =>
  [
    'user = request.context.get("pending_user")',
    `return bool(user and ${who}ak_user_has_authenticator(user, "totp") and not ak_user_has_authenticator(user, "static"))`,
  ].join('\n');

/** The step that shows them: its policy, its place, and that the one decides about the other. */
const codes = (who: string, inside: Id): readonly [Resource, Resource, Resource] => [
  { kind: 'policy', key: withoutCodes, spec: { fields: { expression: lacksCodes(who) } }, inside },
  { kind: 'flow-binding', key: codesTurn, spec: { onPlan: false, onTurn: true }, inside },
  { kind: 'policy-binding', key: `${codesTurn}/${withoutCodes}`, spec: { enabled: true, onFailure: false }, inside },
];

const isOff = ({ policies }: Config): boolean => policies.secondFactor === 'off';

/** Flows whose stages are needed: they come with authentik, some seconds after it has started. */
export const setupFlows = (config: Config): readonly string[] => (isOff(config) ? [] : [appSetup, codesSetup]);

/**
 * What makes the login ask for a second factor to be set up, in the order in which it can be made. For everyone it is
 * authentik's own stage; for administrators a stage of ours behind it, so that its own stays as it is.
 */
export function secondFactor({ policies }: Config, inside: Id): readonly [Resource[], Resource[], Resource[]] {
  switch (policies.secondFactor) {
    case 'off':
      return [[], [], []];
    case 'everyone': {
      const key = 'authenticator/validate/default-authentication-mfa-validation';
      const [asked, shown, bound] = codes('', inside);
      return [[asked, { kind: 'stage-settings', key, spec: { fields: setUp }, inside }], [shown], [bound]];
    }
    case 'admins': {
      const fields = { ...setUp, device_classes: ['static', 'totp', 'webauthn'] };
      const [asked, shown, bound] = codes('user.is_superuser and ', inside);
      return [
        [
          asked,
          { kind: 'policy', key: policy, spec: { fields: { expression } }, inside },
          { kind: 'stage', key: `authenticator/validate/${stage}`, spec: { fields }, inside },
        ],
        [{ kind: 'flow-binding', key: turn, spec: { onPlan: false, onTurn: true }, inside }, shown],
        [
          { kind: 'policy-binding', key: `${turn}/${policy}`, spec: { enabled: true, onFailure: false }, inside },
          bound,
        ],
      ];
    }
  }
}

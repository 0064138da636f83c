import type { Asking, Verdict } from './flow/policies.ts';
import { originOf } from './http/call.ts';
import { OWN } from './own-expressions.ts';
import { makeAdmin } from './seed.ts';

/** The expressions of authentik's own blueprints. */
export const EXPRESSIONS = {
  notYetAuthenticated: `flow_plan = request.context.get("flow_plan")
if not flow_plan:
    return True
# If the user does not have a backend attached to it, they haven't
# been authenticated yet and we need the password stage
return not hasattr(flow_plan.context.get("pending_user"), "backend")
`,
  singleSignOn: `# This policy ensures that this flow can only be used when the user
# is in a SSO Flow (meaning they come from an external IdP)
return ak_is_sso_flow
`,
  setupOpen: `# This policy ensures that the setup flow can only be
# used one time, and only from the page that starts it
return not context["setup"]
`,
  prefillAkadmin: `# This policy sets the user for the currently running flow
# by injecting "pending_user"
akadmin = ak_user_by(username="akadmin")
context["flow_plan"].context["pending_user"] = akadmin
return True
`,
} as const;

export type Meaning = (asking: Asking, expression: string) => Verdict;

/** What the expressions mean that the stand-in knows by heart. */
const MEANINGS: readonly (readonly [string, Meaning])[] = [
  ['return True', () => true],
  ['return False', () => false],
  [EXPRESSIONS.notYetAuthenticated, ({ plan }) => plan.authenticated !== true],
  [EXPRESSIONS.singleSignOn, () => false],
  [EXPRESSIONS.setupOpen, setupOpen],
  [
    EXPRESSIONS.prefillAkadmin,
    ({ call, plan }) => {
      plan.pendingUser = makeAdmin(call.state).username;
      return true;
    },
  ],
  ...OWN,
];

/** Since 2026.5 the setup's plan is made by `/setup`, and without it nobody gets in; before, anybody while akadmin has no password. */
function setupOpen({ call }: Asking): Verdict {
  const { state, site } = call;
  const open = !site.era.setupPage && !state.users.find((one) => one.username === 'akadmin')?.password;
  return open || { message: `Access the authentik setup by navigating to ${originOf(call)}/` };
}

/** `return not bool(request.context.get('is_restored', False))` and its variants. */
const RESTORED = /^return (not )?(bool\()?(request\.)?context\.get\((['"])is_restored\4(?:, (True|False|None))?\)\)?$/;

/** What an expression says, or undefined for one that the stand-in cannot read: it has no Python. */
export function evaluate(expression: string, asking: Asking): Verdict | undefined {
  // A list of values may be any.
  const text = normal(expression).replace(/for one in \[[^\]]*\]/g, 'for one in []');
  const known = MEANINGS.find(([one]) => normal(one) === text);
  if (known) return known[1](asking, expression);
  const restored = RESTORED.exec(text);
  if (!restored) return undefined;
  const value = asking.plan.restored !== undefined || restored[5] === 'True';
  return restored[1] ? !value : value;
}

/** Without comments and indentation. */
function normal(expression: string): string {
  return expression
    .split('\n')
    .map((line) => line.replace(/^\s*#.*/, '').trim())
    .filter(Boolean)
    .join('\n');
}

import type { Id, Resource } from '../model/resource.ts';

const name = 'homeauth-guesses';

/** authentik lets a score go down to -5 for a name at one address, and forgets it a day after it was begun. */
const enough = { here: -5, byName: -10, byAddress: -10 } as const;

const message = 'Too many wrong passwords. Try again tomorrow, or ask whoever runs this server to let you in.';

/**
 * Asked at each password that somebody types, and not only when its page is shown: many pages may stand open. Whoever
 * has guessed too often meets a refusal in its place, whether the password is right or not. A name at one address is
 * stopped first, so that no stranger keeps somebody out at home, and nobody's slips keep the household out. An address
 * inside Docker's network is the proxy's, not a visitor's: everybody has it. It says about the step itself what
 * authentik's own policy there says, and so never leads past it.
 */
const expression = (subnets: readonly string[]): string => `plan = request.context.get('flow_plan')
user = request.context.get('pending_user')
is_unproven = not hasattr(user, 'backend')
shared = [ip_network(one) for one in [${subnets.map((subnet) => `'${subnet}'`).join(', ')}]]
if plan and user and is_unproven:
    from authentik.policies.reputation.models import Reputation
    here = Reputation.objects.filter(identifier=user.username, ip=str(ak_client_ip))
    is_guessed = sum(one.score for one in here) <= ${enough.here}
    is_guessed = is_guessed or ak_call_policy('${name}-by-name').passing
    if not any(ak_client_ip in one for one in shared):
        is_guessed = is_guessed or ak_call_policy('${name}-by-address').passing
    if is_guessed:
        from authentik.stages.deny.models import DenyStage
        plan.bindings[0].stage = DenyStage(name='${name}', deny_message='${message}')
return is_unproven`;

/** A brake on guessing passwords, in the order in which it can be made: authentik's own login has none. */
export function guesses(subnets: readonly string[], inside: Id): readonly [Resource[], Resource[]] {
  const reputation = (by: string, check: 'check_ip' | 'check_username', threshold: number): Resource => ({
    kind: 'reputation',
    key: `${name}-${by}`,
    spec: { fields: { check_ip: check === 'check_ip', check_username: check === 'check_username', threshold } },
    inside,
  });
  return [
    [
      reputation('by-name', 'check_username', enough.byName),
      reputation('by-address', 'check_ip', enough.byAddress),
      { kind: 'policy', key: name, spec: { fields: { expression: expression(subnets) } }, inside },
    ],
    [
      {
        kind: 'policy-binding',
        key: `default-authentication-flow/*/default-authentication-password/${name}`,
        spec: { enabled: true, onFailure: true, whereThere: true },
        inside,
      },
    ],
  ];
}

/** The same brake at another step, given as `<flow slug>/<order>/<stage name>`. */
export const guessesAt = (step: string, inside: Id): Resource => ({
  kind: 'policy-binding',
  key: `${step}/${name}`,
  spec: { enabled: true, onFailure: true },
  inside,
});

/** Whoever has proven who they are otherwise, and has a new password, may use it. */
export const forgiven = `from authentik.policies.reputation.models import Reputation
user = request.context.get('pending_user')
if user:
    Reputation.objects.filter(identifier=user.username).delete()
return True`;

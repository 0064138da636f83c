import pMap from 'p-map';
import type { Factor, Method } from '../../model/second-factor.ts';
import type { World } from '../../world/world.ts';
import type { Account } from '../accounts.ts';
import { retryUncertain } from '../retry-uncertain.ts';

interface Row {
  readonly pk: string;
  readonly name: string;
  /** `authentik_stages_authenticator_totp.totpdevice`. */
  readonly meta_model_name: string;
  readonly confirmed: boolean;
  readonly last_used: string | null;
}

const methods: readonly Method[] = ['totp', 'static', 'webauthn', 'duo', 'sms', 'email', 'endpoint'];

/** The second factors that somebody can use. Later releases may keep other things there, too. Source: recording 05. */
export async function factorsOf({ authentik }: Pick<World, 'authentik'>, pk: number): Promise<readonly Factor[]> {
  const rows = await authentik.get<readonly Row[]>('authenticators/admin/all', { user: pk });
  return rows.flatMap(({ pk: id, name, meta_model_name, confirmed, last_used }) => {
    const method = methods.find((one) => meta_model_name.startsWith(`authentik_stages_authenticator_${one}`));
    return method && confirmed ? [{ method, id, name, ...(last_used && { lastUsed: last_used }) }] : [];
  });
}

/** Requests at once: authentik has no list of everybody's devices. */
const side = 8;

/** Who of these has a second factor. */
export async function secured(
  world: Pick<World, 'authentik'>,
  accounts: readonly Account[],
): Promise<ReadonlySet<string>> {
  const found = await pMap(accounts, ({ pk }) => factorsOf(world, pk), { concurrency: side });
  return new Set(accounts.filter((_, n) => (found[n]?.length ?? 0) > 0).map(({ username }) => username));
}

/** What somebody can log in with who has no phone at hand, and what with one: the two that homeauth sets up. */
export const lacking = (factors: readonly Factor[]): readonly Method[] =>
  (['totp', 'static'] as const).filter((one) => !factors.some(({ method }) => method === one));

/** Takes them away. Gone already is fine. */
export async function removeFactors({ authentik }: Pick<World, 'authentik'>, all: readonly Factor[]): Promise<void> {
  for (const { method, id } of all) await retryUncertain(() => authentik.remove(`authenticators/admin/${method}`, id));
}

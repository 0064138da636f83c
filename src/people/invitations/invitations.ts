import { invitationFlow, invitedTo } from '../../desired/invitations.ts';
import type { Installation } from '../../installation/installation.ts';
import { Failure, insteadOf, Uncertain } from '../../model/failure.ts';
import type { Invitation } from '../../model/invitation.ts';
import type { Row } from '../../world/authentik/schema.ts';

type Sight = Pick<Installation, 'world'>;
type Stored = Row<'stages/invitation/invitations'>;

/** Everything that is open, and what has run out and was not cleared away yet; the next to run out first. */
export async function invitationsOf({ world }: Sight, now: Date): Promise<readonly Invitation[]> {
  const rows = await world.authentik.list('stages/invitation/invitations', 'fresh');
  return rows.map((row) => invitationOf(row, now)).toSorted((a, b) => a.expires.localeCompare(b.expires));
}

function invitationOf({ pk, name, expires, fixed_data: data, single_use: singleUse }: Stored, now: Date): Invitation {
  const groups: unknown = data?.[invitedTo];
  return {
    id: pk,
    name,
    email: typeof data?.['email'] === 'string' ? data['email'] : '',
    groups: Array.isArray(groups) ? groups.map(String) : [],
    expires: expires ?? '',
    expired: Boolean(expires) && Date.parse(expires ?? '') <= now.getTime(),
    singleUse: singleUse ?? false,
  };
}

export interface Wanted {
  readonly email?: string;
  readonly groups: readonly string[];
  readonly expires: Date;
}

/**
 * One more invitation, good for one account. authentik takes a date that is past, and without one its link lives for
 * half an hour only.
 * @returns it, and its link with the public host
 */
export async function invite(
  { world, config }: Pick<Installation, 'world' | 'config'>,
  { email, groups, expires }: Wanted,
): Promise<{ invitation: Invitation; link: string }> {
  const flow = (await world.authentik.list('flows/instances')).find(({ slug }) => slug === invitationFlow);
  if (!flow) {
    throw new Failure({
      code: 'invitations-off',
      problem: 'authentik has no page for invitations.',
      why: `homeauth creates it as the flow "${invitationFlow}".`,
      fix: 'homeauth apply',
    });
  }
  const name = `${slugOf(email)}-${world.random.alphanumeric(6).reveal().toLowerCase()}`;
  const wanted = {
    name,
    expires: expires.toISOString(),
    fixed_data: { ...(email !== undefined && { email }), [invitedTo]: [...groups] },
    single_use: true,
    flow: flow.pk,
  };
  const row = await world.authentik.create('stages/invitation/invitations', wanted).catch(async (error: unknown) => {
    if (!(error instanceof Uncertain)) throw error;
    const rows = await world.authentik.list('stages/invitation/invitations', 'fresh');
    return rows.find((one) => one.name === name) ?? Promise.reject(error);
  });
  const link = `https://${config.authHost}/if/flow/${invitationFlow}/?itoken=${row.pk}`;
  return { invitation: invitationOf(row, new Date(0)), link };
}

const slugOf = (email = 'invitation'): string =>
  email
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40);

/**
 * authentik's worker mails the link. Whether it gets out is not known here: the mail waits in a queue.
 * @returns false where this release of authentik cannot mail invitations
 */
export async function mailInvitation({ world }: Sight, { id, email }: Invitation): Promise<boolean> {
  // Named, because the default of this release is a template that is not there.
  const body = { email_addresses: [email], template: 'email/invitation.html' };
  const asked = world.authentik.call('POST', `stages/invitation/invitations/${id}/send_email`, body, []);
  return asked.then(() => true, insteadOf('authentik-not-found', false));
}

/** Takes an invitation back, by its name or its id. @throws Failure invitation-unknown */
export async function revoke(sight: Sight, which: string, now: Date): Promise<Invitation> {
  const all = await invitationsOf(sight, now);
  const found = all.find(({ id, name }) => id === which || name === which);
  if (!found) throw unknown(which);
  await sight.world.authentik.remove('stages/invitation/invitations', found.id);
  return found;
}

/** Names no other that is much like it: half of a name is by chance, and that one may be somebody else's. */
const unknown = (which: string): Failure =>
  new Failure({
    code: 'invitation-unknown',
    problem: `There is no invitation "${which}".`,
    why: 'Used and expired invitations are deleted.',
    fix: 'See the open ones: homeauth user invites',
  });

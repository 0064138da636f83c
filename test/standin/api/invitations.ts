import { randomUUID } from 'node:crypto';
import { type Call, originOf } from '../http/call.ts';
import { json, noContent } from '../http/reply.ts';
import type { State } from '../state.ts';
import type { Invitation } from '../state-flows.ts';
import { seconds, slug } from './checks.ts';
import { bodyOf, type Fields } from './fields.ts';
import { byPk } from './lookup.ts';
import { by, columns } from './paging.ts';
import { type Route, route } from './router.ts';
import { userBrief } from './show.ts';
import { showFlow } from './show-flow.ts';
import { reader, viewSet } from './view-set.ts';

function showInvitation({ state }: Call, invitation: Invitation): unknown {
  const { created_by, single_use, flow, ...rest } = invitation;
  const author = state.users.find((one) => one.pk === created_by);
  const found = state.flows.find((one) => one.pk === flow);
  return {
    ...rest,
    created_by: author ? userBrief(author) : null,
    single_use,
    flow,
    flow_obj: found ? showFlow(state, found) : null,
  };
}

const date = (value: string): string | undefined =>
  Number.isNaN(Date.parse(value))
    ? 'Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].'
    : undefined;

/** Two invitations may have the same name, and a date in the past is taken. */
const fieldsFor = (state: State): Fields => ({
  name: { type: 'text', required: true, check: slug },
  expires: { type: 'text', nullable: true, check: date },
  fixed_data: { type: 'object' },
  single_use: { type: 'bool' },
  flow: { type: 'ref', nullable: true, known: () => state.flows.map((one) => one.pk) },
});

const named = (call: Call): Invitation => byPk(call, call.state.invitations, 'Invitation');

/** Leaves a mail with the link to each address, in the words of the template that comes along. */
function sendMail(call: Call): ReturnType<typeof noContent> {
  const { state } = call;
  const { pk, flow, expires } = named(call);
  const { email_addresses: addresses = [] } = (bodyOf(call) ?? {}) as { email_addresses?: string[] };
  if (addresses.length === 0) return json(400, { error: 'No email addresses provided' });
  const slug = state.flows.find((one) => one.pk === flow)?.slug;
  if (!slug) return json(400, { error: 'Invitation has no associated flow' });
  const link = `${originOf(call)}/if/flow/${slug}/?itoken=${pk}`;
  const words = `You have been invited to ${call.host}.`;
  for (const to of addresses)
    state.mails.push({
      to,
      subject: `You have been invited to ${call.host}`,
      text: `${words}\n\n${link}\n\nThis invitation expires ${expires}.\n`,
      html: `<p>${words}</p><p><a href="${link}">Accept Invitation</a></p>`,
    });
  return noContent();
}

export const invitationRoutes: readonly Route[] = [
  ...viewSet<Invitation>({
    path: '/stages/invitation/invitations/',
    model: 'Invitation',
    rows: ({ state }) => state.invitations,
    show: showInvitation,
    search: (one) => [one.name],
    filters: {
      ...by('exact', 'name', 'expires'),
      flow__slug: { kind: 'exact', of: (one, { flows }) => flows.find((flow) => flow.pk === one.flow)?.slug },
    },
    order: columns('expires', 'name'),
    read: reader(fieldsFor),
    make({ state, user, site }, input) {
      if (!user) throw new Error('an invitation needs an author');
      const lifetime = 1000 * seconds(String(state.settings['default_token_duration']));
      const invitation: Invitation = {
        pk: randomUUID(),
        name: '',
        expires: new Date(site.now() + lifetime).toISOString(),
        fixed_data: {},
        created_by: user.pk,
        single_use: false,
        flow: null,
        ...input,
      };
      state.invitations.push(invitation);
      return invitation;
    },
    remove({ state }, invitation) {
      state.invitations = state.invitations.filter((one) => one !== invitation);
    },
  }),
  route('/stages/invitation/invitations/:pk/send_email/', { POST: sendMail }),
];

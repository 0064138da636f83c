import { randomUUID } from 'node:crypto';
import { type Call, originOf } from '../http/call.ts';
import { json, noContent } from '../http/reply.ts';
import type { Invitation } from '../state-flows.ts';
import { seconds, slug } from './checks.ts';
import { bodyOf, type Fields, readFields } from './fields.ts';
import { byPk } from './lookup.ts';
import { list } from './paging.ts';
import { type Handler, type Route, route } from './router.ts';
import { userBrief } from './show.ts';
import { showFlow } from './show-flow.ts';

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
const fieldsFor = ({ state }: Call): Fields => ({
  name: { type: 'text', required: true, check: slug },
  expires: { type: 'text', nullable: true, check: date },
  fixed_data: { type: 'object' },
  single_use: { type: 'bool' },
  flow: { type: 'ref', nullable: true, known: () => state.flows.map((one) => one.pk) },
});

const named = (call: Call): Invitation => byPk(call, call.state.invitations, 'Invitation');

const change =
  (partial: boolean): Handler =>
  (call) => {
    const invitation = named(call);
    Object.assign(invitation, readFields<Invitation>(bodyOf(call), fieldsFor(call), partial));
    return json(200, showInvitation(call, invitation));
  };

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
  route('/stages/invitation/invitations/', {
    GET: (call) =>
      list(call, {
        rows: call.state.invitations,
        show: (one) => showInvitation(call, one),
        search: (one) => [one.name],
        filters: {
          name: { kind: 'exact', of: (one) => one.name },
          expires: { kind: 'exact', of: (one) => one.expires },
          flow__slug: { kind: 'exact', of: (one) => call.state.flows.find((flow) => flow.pk === one.flow)?.slug },
        },
        order: { expires: (one) => one.expires ?? '', name: (one) => one.name },
      }),
    POST: (call) => {
      const { state, user, site } = call;
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
        ...readFields<Invitation>(bodyOf(call), fieldsFor(call), false),
      };
      state.invitations.push(invitation);
      return json(201, showInvitation(call, invitation));
    },
  }),
  route(
    '/stages/invitation/invitations/:pk/',
    {
      GET: (call) => json(200, showInvitation(call, named(call))),
      PUT: change(false),
      PATCH: change(true),
      DELETE: (call) => {
        const invitation = named(call);
        call.state.invitations = call.state.invitations.filter((one) => one !== invitation);
        return noContent();
      },
    },
    'admin',
  ),
  route('/stages/invitation/invitations/:pk/send_email/', { POST: sendMail }, 'admin'),
];

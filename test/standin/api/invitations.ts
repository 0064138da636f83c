import { randomUUID } from 'node:crypto';
import type { Call } from '../http/call.ts';
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
];

import type { Call } from '../http/call.ts';
import { json, noContent } from '../http/reply.ts';
import { makeToken } from '../make.ts';
import type { State, Token } from '../state.ts';
import { all, seconds, tokenSlug, unique } from './checks.ts';
import { bodyOf, type Fields, readFields } from './fields.ts';
import { missing } from './lookup.ts';
import { list } from './paging.ts';
import { type Handler, type Route, route } from './router.ts';
import { showUser } from './users.ts';

function showToken(state: State, token: Token): unknown {
  const user = state.users.find((one) => one.pk === token.user);
  const { key: _key, pk, managed, identifier, intent, description, expires, expiring } = token;
  const user_obj = user ? showUser(state, user) : null;
  return { pk, managed, identifier, intent, user: token.user, user_obj, description, expires, expiring };
}

const fieldsFor = (state: State, self?: Token): Fields => ({
  managed: { type: 'text', nullable: true },
  identifier: {
    type: 'text',
    required: true,
    check: all(
      tokenSlug,
      unique(
        () => state.tokens.filter((one) => one !== self).map((one) => one.identifier),
        'Token with this identifier already exists.',
      ),
    ),
  },
  intent: {
    type: 'text',
    check: (value) => (['api', 'app_password'].includes(value) ? undefined : `Invalid intent ${value}`),
  },
  user: { type: 'ref', known: () => state.users.map((one) => one.pk) },
  description: { type: 'text', blank: true },
  expires: { type: 'text', nullable: true },
  expiring: { type: 'bool' },
});

const named = (call: Call): Token =>
  call.state.tokens.find((one) => one.identifier === call.params['identifier']) ?? missing('Token');

/** The owner of a token cannot change, and an API token's expiry is the server's business. */
const change =
  (partial: boolean): Handler =>
  (call) => {
    const token = named(call);
    const {
      user: _user,
      expires: _expires,
      ...input
    } = readFields<Token>(bodyOf(call), fieldsFor(call.state, token), partial);
    Object.assign(token, input);
    return json(200, showToken(call.state, token));
  };

export const tokenRoutes: readonly Route[] = [
  route('/core/tokens/', {
    GET: (call) =>
      list(call, {
        rows: call.state.tokens,
        show: (one) => showToken(call.state, one),
        search: (one) => [one.identifier, one.description],
        filters: {
          identifier: { kind: 'exact', of: (one) => one.identifier },
          intent: { kind: 'exact', of: (one) => one.intent },
          managed: { kind: 'exact', of: (one) => one.managed },
          expiring: { kind: 'bool', of: (one) => one.expiring },
          user__username: {
            kind: 'exact',
            of: (one) => call.state.users.find((user) => user.pk === one.user)?.username,
          },
        },
        order: { identifier: (one) => one.identifier, expires: (one) => one.expires ?? '' },
      }),
    POST: (call) => {
      const { expires, ...input } = readFields<Token>(bodyOf(call), fieldsFor(call.state), false);
      const intent = input.intent ?? 'api';
      const minutes = seconds(String(call.state.settings['default_token_duration'])) / 60;
      const token = makeToken(
        call.state,
        {
          identifier: '',
          user: call.user?.pk ?? 0,
          ...input,
          intent,
          // `expires` is ignored for API tokens.
          ...(intent === 'app_password' && expires ? { expires } : {}),
        },
        minutes,
      );
      return json(201, showToken(call.state, token));
    },
  }),
  route('/core/tokens/:identifier/', {
    GET: (call) => json(200, showToken(call.state, named(call))),
    PUT: change(false),
    PATCH: change(true),
    DELETE: (call) => {
      const token = named(call);
      call.state.tokens = call.state.tokens.filter((one) => one !== token);
      return noContent();
    },
  }),
  route('/core/tokens/:identifier/view_key/', { GET: (call) => json(200, { key: named(call).key }) }),
  route('/core/tokens/:identifier/set_key/', {
    POST: (call) => {
      const token = named(call);
      const { key = '' } = readFields<{ key: string }>(bodyOf(call), { key: { type: 'text', required: true } }, false);
      token.key = key;
      return noContent();
    },
  }),
];

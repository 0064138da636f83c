import type { Call } from '../http/call.ts';
import { json, noContent } from '../http/reply.ts';
import { makeToken } from '../make.ts';
import type { State, Token } from '../state.ts';
import { all, seconds, tokenSlug, unique } from './checks.ts';
import { bodyOf, type Fields, readFields } from './fields.ts';
import { missing } from './lookup.ts';
import { by, columns } from './paging.ts';
import { type Route, route } from './router.ts';
import { showUser } from './users.ts';
import { reader, viewSet } from './view-set.ts';

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

export const tokenRoutes: readonly Route[] = [
  ...viewSet<Token>({
    path: '/core/tokens/',
    model: 'Token',
    key: 'identifier',
    rows: ({ state }) => state.tokens,
    show: ({ state }, one) => showToken(state, one),
    search: (one) => [one.identifier, one.description],
    filters: {
      ...by('exact', 'identifier', 'intent', 'managed'),
      ...by('bool', 'expiring'),
      user__username: {
        kind: 'exact',
        of: (one, { users }) => users.find((user) => user.pk === one.user)?.username,
      },
    },
    order: columns('identifier', 'expires'),
    read: reader(fieldsFor),
    make({ state, user }, { expires, ...input }) {
      const intent = input.intent ?? 'api';
      const minutes = seconds(String(state.settings['default_token_duration'])) / 60;
      // `expires` is ignored for API tokens.
      const until = intent === 'app_password' && expires ? { expires } : {};
      return makeToken(state, { identifier: '', user: user?.pk ?? 0, ...input, intent, ...until }, minutes);
    },
    /** The owner of a token cannot change, and an API token's expiry is the server's business. */
    save: (_, token, { user: _user, expires: _expires, ...input }) => Object.assign(token, input),
    remove({ state }, token) {
      state.tokens = state.tokens.filter((one) => one !== token);
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

import { randomUUID } from 'node:crypto';
import { hex, randomText } from './secrets.ts';
import type { Group, State, Token, User } from './state.ts';

export function makeUser(state: State, given: Pick<User, 'username' | 'name'> & Partial<User>): User {
  const pk = state.serial.user++;
  const now = new Date().toISOString();
  const user: User = {
    pk,
    uuid: randomUUID(),
    uid: hex('sha256', `${pk}-${randomUUID()}`),
    email: '',
    is_active: true,
    type: 'internal',
    path: 'users',
    attributes: {},
    roles: [],
    password: null,
    last_login: null,
    date_joined: now,
    password_change_date: now,
    last_updated: now,
    ...given,
  };
  state.users.push(user);
  return user;
}

export function makeGroup(state: State, given: Pick<Group, 'name'> & Partial<Group>): Group {
  const group: Group = {
    pk: randomUUID(),
    num_pk: state.serial.groupNumber++,
    is_superuser: false,
    parents: [],
    users: [],
    roles: [],
    attributes: {},
    ...given,
  };
  state.groups.push(group);
  return group;
}

/** `expires` is set even when the token does not expire, as recorded. */
export function makeToken(
  state: State,
  given: Pick<Token, 'identifier' | 'intent' | 'user'> & Partial<Token>,
  minutes = 30,
): Token {
  const token: Token = {
    pk: randomUUID(),
    managed: null,
    description: '',
    expires: new Date(Date.now() + minutes * 60_000).toISOString(),
    expiring: true,
    key: randomText(60),
    ...given,
  };
  state.tokens.push(token);
  return token;
}

import { Secret } from '../../src/model/secret.ts';
import { logIn } from '../../src/world/authentik/login.ts';
import { openSession, type SessionRequest } from '../../src/world/authentik/session.ts';
import type { State } from '../standin/state.ts';
import { edit } from '../standin/store.ts';
import type { FakeWorld } from './world.ts';

/** Logs somebody in at authentik, as a browser would. @throws Failure as `logIn` does */
export async function visit(fake: FakeWorld, username: string, password: string) {
  const via = await fake.docker.dialAddress('authentik', 9000);
  return logIn({
    http: fake.world.http,
    ...(via && { via }),
    authHost: 'auth.home.example.com',
    open: 'https://auth.home.example.com/',
    username,
    password: new Secret(password),
  });
}

/** Logs somebody in at authentik itself, and stays. @throws Failure as `logIn` does */
export async function enter(
  fake: FakeWorld,
  username: string,
  password: string,
  { authHost = 'auth.home.example.com', ...more }: Partial<Pick<SessionRequest, 'authHost' | 'beyond'>> = {},
) {
  const server = await fake.docker.dialAddress('authentik', 9000);
  if (!server) throw new Error('authentik does not run');
  const who = { username, password: new Secret(password), ...more };
  return openSession({ http: fake.world.http, server, authHost, ...who });
}

/** What somebody does in authentik's database behind everybody's back. */
export async function inDatabase<T>({ docker }: FakeWorld, work: (state: State) => T): Promise<T> {
  const store = [...docker.databases.values()].at(-1)?.store;
  if (!store) throw new Error('there is no database');
  return edit(store, work);
}

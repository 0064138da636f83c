import { homeauthIn } from './homeauth.ts';
import { at } from './installed.ts';
import type { FakeWorld } from './world.ts';

/** The same home, with the PostgreSQL of another year. */
export async function madeBy(version: number, fake: FakeWorld): Promise<void> {
  for (const name of ['authentik-worker', 'authentik', 'authentik-postgresql']) await fake.docker.remove(name);
  await fake.files.overwrite(at('db/PG_VERSION'), `${version}\n`);
  const { failure } = await homeauthIn(fake)('apply');
  if (failure) throw failure;
}

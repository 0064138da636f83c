import { homeauthIn } from './homeauth.ts';
import { changeConfig, installed, madeOnce } from './installed.ts';
import type { FakeWorld } from './world.ts';

/** A machine with something of everything on it. */
export const populated = (): Promise<FakeWorld> => madeOnce('populated', populate);

async function populate(): Promise<FakeWorld> {
  const fake = await installed();
  await changeConfig(fake.files, (text) => `${text}policies:\n  recovery: true\n  invitations: true\n`);
  fake.files.put('/root/pw', 'kettle lantern orbit\n', 0o600);
  const homeauth = homeauthIn(fake);
  const runs = [
    await homeauth('add-app', ['whoami'], { group: 'family' }),
    await homeauth('user add', ['anna'], { name: 'Anna', email: 'anna@example.com', passwordFile: '/root/pw' }),
  ];
  const failed = runs.find(({ failure }) => failure);
  if (failed) throw failed.failure;
  return fake;
}

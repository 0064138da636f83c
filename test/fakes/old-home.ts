import { readOtpauth } from '../../src/formats/otpauth.ts';
import { insteadOf } from '../../src/model/failure.ts';
import { totp } from '../standin/flow/totp.ts';
import { homeauthIn, initFlags } from './homeauth.ts';
import { at } from './installed.ts';
import { enter } from './people.ts';
import { type Phone, phone } from './phone.ts';
import { type FakeWorld, fakeWorld } from './world.ts';

/** Of everybody there. */
export const password = 'kettle lantern orbit';

/** A machine with an older authentik: anna, an app, an icon, and Helen with an authenticator app. */
export async function oldHome(release: string): Promise<{ fake: FakeWorld; app: Phone }> {
  const fake = fakeWorld();
  const files = fake.files;
  files.put('/root/pw', `${password}\n`, 0o600);
  const homeauth = homeauthIn(fake);
  const given = { passwordFile: '/root/pw' };
  const app = phone(fake.clock.now);
  const old = { authentikVersion: release, allowUnsupported: true };
  const runs = [
    await homeauth('init', [], { ...initFlags, ...old, adminPasswordFile: '/root/pw' }),
    await homeauth('add-app', ['whoami']),
    await homeauth('user add', ['anna'], { name: 'Anna', email: 'anna@example.com', ...given }),
    await homeauth('user enroll-2fa', ['helen'], {}, [password, app.scan, 'y']),
  ];
  const failed = runs.find(({ failure }) => failure);
  if (failed) throw failed.failure;
  files.put(at('media/public/icon.png'), 'icon');
  const config = at('homeauth.yaml');
  await files.write(config, `# ours since 2019\n${await files.read(config)}`, 0o644);
  return { fake, app };
}

/** A code of an authenticator app, half a minute after the one before, so that none is used twice. */
export function codeOf({ clock }: FakeWorld, { uri }: Phone): string {
  clock.pass(30_000);
  return totp(readOtpauth(uri)?.secret ?? '', Math.floor(clock.now() / 30_000));
}

/** Logs somebody in, with what follows their password; gives how many questions that took. */
export async function logIn(fake: FakeWorld, username: string, code?: string, authHost?: string): Promise<number> {
  let asked = 0;
  const beyond = async () => {
    asked++;
    return code === undefined ? undefined : { code };
  };
  const entered = enter(fake, username, password, { beyond, ...(authHost !== undefined && { authHost }) });
  await entered.catch(insteadOf('second-factor-asked', undefined));
  return asked;
}

import { connectAuthentik } from '../../src/world/authentik/client.ts';
import { wallClock } from '../fakes/clock.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';

/** What each command says of a hundred apps, in lines, with its progress. */
export type Lines = Readonly<Record<'apply' | 'verify' | 'doctor' | 'remove', number>>;

/** So many times as fast as a real server. */
const faster = 20;
/** What lists took on a loaded machine, in s; without a sign of life homeauth gives up after 15. */
const listsTook = [8, 11, 14, 17, 20, 23];
const silence = 15;

const names = Array.from({ length: 100 }, (_, n) => `app${String(n).padStart(2, '0')}`);

/**
 * A hundred apps are made, proven and looked at, and 98 of them removed, while every list is slow, and no name resolves.
 * @throws where a command does not finish in one go
 */
export async function linesOfHundred(): Promise<Lines> {
  let asked = 0;
  let isSlow = false;
  const took = () => (listsTook[asked++ % listsTook.length]! * 1000) / faster;
  const isList = ({ method, path }: { method: string; path: string }) =>
    method === 'GET' && path.includes('page_size=');
  const fake = await installed([], {
    clock: wallClock(faster),
    standin: { fault: (request) => (isSlow && isList(request) ? { kind: 'delay', ms: took() } : undefined) },
  });
  const homeauth = homeauthIn(fake, {
    world: { ...fake.world, host: { ...fake.world.host, resolve: async () => [] } },
    connect: (options) => connectAuthentik({ ...options, timeout: (silence * 1000) / faster }),
  });
  const want = async (apps: readonly string[]) => {
    const text = (await fake.files.read(at('homeauth.yaml'))) ?? '';
    const list = apps.map((name) => `  - { name: ${name}, upstream: ${name}:80 }\n`).join('');
    fake.files.put(at('homeauth.yaml'), text.replace(/^apps:[\s\S]*$/m, `apps:\n${list}`));
  };
  const lines = async (command: 'apply' | 'verify' | 'doctor') => {
    const { failure, out, err } = await homeauth(command);
    if (failure) throw failure;
    return `${err}\n${out}`.split('\n').filter((line) => line !== '').length;
  };
  try {
    isSlow = true;
    await want(names);
    const found = { apply: await lines('apply'), verify: await lines('verify'), doctor: await lines('doctor') };
    await want(names.slice(0, 2));
    return { ...found, remove: await lines('apply') };
  } finally {
    await fake.close();
  }
}

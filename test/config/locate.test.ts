import { describe, expect, test } from 'vitest';
import { type Explain, locate, pointerPath } from '../../src/config/locate.ts';
import { Failure } from '../../src/model/failure.ts';

const workingDirectory = '/home/helen';
const kept = '/rpool/encrypted/docker/authentik/homeauth.yaml';

function disk(files: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  return {
    asked,
    async read(path: string) {
      asked.push(path);
      return files[path];
    },
    isThere: async (path: string) => files[path] !== undefined,
  };
}

async function refusal(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw error ?? new Error('nothing was refused');
  return error;
}

describe('the order of places', () => {
  const all = disk({
    '/home/helen/my.yaml': 'flag',
    '/etc/other.yaml': 'variable',
    '/home/helen/homeauth.yaml': 'here',
    [pointerPath]: `${kept}\n`,
    [kept]: 'pointer',
  });

  test('--config first, seen from the working directory', async () => {
    const found = await locate({ flag: 'my.yaml', variable: '/etc/other.yaml', workingDirectory }, all);
    expect(found).toEqual({ path: '/home/helen/my.yaml', text: 'flag' });
  });

  test('then the variable', async () => {
    const found = await locate({ variable: '/etc/other.yaml', workingDirectory }, all);
    expect(found).toEqual({ path: '/etc/other.yaml', text: 'variable' });
  });

  test('then what the pointer file names; an empty variable is none', async () => {
    expect(await locate({ variable: '', workingDirectory: '/' }, all)).toEqual({ path: kept, text: 'pointer' });
  });

  test('never the working directory, which is told', async () => {
    const found = await locate({ workingDirectory }, all);
    expect(found).toEqual({ path: kept, text: 'pointer', unused: '/home/helen/homeauth.yaml' });
  });

  test('where the pointer leads to the working directory, that is it', async () => {
    const files = disk({ [pointerPath]: '/home/helen/homeauth.yaml', '/home/helen/homeauth.yaml': 'here' });
    expect(await locate({ workingDirectory }, files)).toEqual({ path: '/home/helen/homeauth.yaml', text: 'here' });
  });

  test('the pointer file, where it is another one', async () => {
    const files = disk({ '/tmp/demo/location': '/tmp/demo/homeauth.yaml', '/tmp/demo/homeauth.yaml': 'demo' });
    const found = await locate({ workingDirectory, pointer: '/tmp/demo/location' }, files);
    expect(found).toEqual({ path: '/tmp/demo/homeauth.yaml', text: 'demo' });
  });
});

describe('nothing there', () => {
  test('anywhere: says where it looked and how to begin', async () => {
    const failure = await refusal(locate({ workingDirectory }, disk({})));
    expect(failure.code).toBe('config-missing');
    expect(failure.why).toContain(pointerPath);
    expect(failure.fix).toContain('homeauth init');
    const here = await refusal(locate({ workingDirectory }, disk({ '/home/helen/homeauth.yaml': 'here' })));
    expect(here.fix).toContain('--config /home/helen/homeauth.yaml');
  });

  test.each([
    [{ flag: 'x.yaml' }, '/home/helen/x.yaml is not there.', '--config'],
    [{ variable: '/x.yaml' }, '/x.yaml is not there.', 'unset HOMEAUTH_CONFIG'],
  ])('where %j names it: the next place is not tried', async (places, problem, fix) => {
    const files = disk({ '/home/helen/homeauth.yaml': 'here' });
    const failure = await refusal(locate({ ...places, workingDirectory }, files));
    expect(failure.problem).toBe(problem);
    expect(failure.fix).toContain(fix);
    expect(files.asked).toHaveLength(1);
  });

  test('in --config: an unset shell variable is not the working directory', async () => {
    const failure = await refusal(
      locate({ flag: '', workingDirectory }, disk({ '/home/helen/homeauth.yaml': 'here' })),
    );
    expect(failure.problem).toBe('--config is empty.');
    expect(failure.fix).toBe('Write the path of homeauth.yaml.');
  });

  test('where the pointer leads: the caller may know why', async () => {
    const files = disk({ [pointerPath]: kept });
    const failure = await refusal(locate({ workingDirectory }, files));
    expect(failure.why).toBe(`${pointerPath} names it.`);
    expect(failure.fix).toContain('backup');
    const locked: Explain = async (path) => ({
      why: `The dataset of ${path} is locked.`,
      fix: 'zfs load-key rpool/encrypted',
    });
    const known = await refusal(locate({ workingDirectory }, files, locked));
    expect(known.problem).toBe(`${kept} is not there.`);
    expect(known.why).toBe(`The dataset of ${kept} is locked.`);
    expect(known.fix).toBe('zfs load-key rpool/encrypted');
  });

  test.each(['', 'authentik/homeauth.yaml', `${kept}\n/other`])('a pointer that is %j', async (text) => {
    const failure = await refusal(locate({ workingDirectory }, disk({ [pointerPath]: text })));
    expect(failure.problem).toBe(`${pointerPath} does not hold one absolute path.`);
    expect(failure.fix).toContain('--config');
  });
});

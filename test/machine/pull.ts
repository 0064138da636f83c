import { execa } from 'execa';

/**
 * With HOMEAUTH_TEST_PULL=1, fetches the official image in place of ours: by the machine's own Docker Engine, because the
 * one of the tests has no way out. False if none was wanted or none could be had.
 */
export async function pulled(image: string): Promise<boolean> {
  if (process.env['HOMEAUTH_TEST_PULL'] !== '1') return false;
  const { DOCKER_HOST: _host, DOCKER_CONFIG: _config, ...outside } = process.env;
  const pull = await execa('docker', ['pull', image], { env: outside, extendEnv: false, reject: false });
  if (pull.failed) return false;
  const save = execa('docker', ['save', image], { env: outside, extendEnv: false, buffer: false });
  await save.pipe('docker', ['load']);
  return true;
}

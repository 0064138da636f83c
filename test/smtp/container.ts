import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import type { Engine } from '../machine/engine.ts';
import type { Mail } from './server.ts';

/** What the servers are called in their network, and in their certificate. */
export const host = 'smtp.example.com';

export interface SmtpContainer {
  /** Its certificate, which nobody trusts by themselves. */
  readonly cert: string;
  /** Every mail that came in so far. */
  mails(): Promise<readonly Mail[]>;
}

/** The mail servers in a container on a network; its files lie in `folder`. */
export async function smtpContainer(
  engine: Engine,
  network: string,
  folder: string,
  password: string,
): Promise<SmtpContainer> {
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: [join(import.meta.dirname, 'main.ts')],
    outfile: join(folder, 'main.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'error',
  });
  await writeFile(join(folder, 'password'), password);
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
  await execa('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    key,
    '-out',
    cert,
    ...names,
  ]);
  const at = ['--name', 'smtp', '--network', network, '--network-alias', host, '--volume', `${folder}:/smtp:ro`];
  await engine.docker(['run', '--detach', ...at, 'homeauth-test/node', 'node', '/smtp/main.cjs']);
  return {
    cert,
    async mails() {
      const lines = (await engine.docker(['logs', 'smtp'])).split('\n').filter((line) => line.startsWith('{'));
      return lines.map((line) => JSON.parse(line));
    },
  };
}

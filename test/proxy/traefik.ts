import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ownHttp } from '../../src/world/http.ts';
import { type ForOne, freePort, selfSigned } from './nginx.ts';

export interface Traefik extends ForOne {
  /** What it had to say of its configuration. */
  readonly complaints: () => string;
}

/** A real Traefik with this file of dynamic configuration, on the loopback, with a certificate for all of the domain. */
export async function traefik(file: string, domain: string, more: readonly string[] = []): Promise<Traefik> {
  const folder = mkdtempSync(join(tmpdir(), 'homeauth-traefik-'));
  const { certificate, key, authority } = selfSigned(folder, domain);
  const [port, ping] = [await freePort(), await freePort()];
  const tls = { tls: { stores: { default: { defaultCertificate: { certFile: certificate, keyFile: key } } } } };
  writeFileSync(join(folder, 'tls.yml'), JSON.stringify(tls));
  writeFileSync(join(folder, 'homeauth.yml'), file);
  const entryPoints = [
    `--entrypoints.websecure.address=127.0.0.1:${port}`,
    `--entrypoints.ping.address=127.0.0.1:${ping}`,
  ];
  const child: ChildProcess = spawn(
    resolve('.cache/test/bin/traefik'),
    [...entryPoints, '--ping.entrypoint=ping', `--providers.file.directory=${folder}`, '--log.level=WARN', ...more],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      said += chunk;
    });
  }
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const stop = async () => {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true });
  };
  const via = { host: '127.0.0.1', port };
  // It opens its ports before it has read the file, and answers 404 until then.
  const url = `https://auth.${domain}/`;
  for (;;) {
    const answer = await ownHttp.dial({ url, via, authority }).catch(() => undefined);
    if (answer && answer.status !== 404) return { via, authority, stop, complaints: () => said };
    if (child.exitCode !== null || /\bERR\b/.test(said)) {
      await stop();
      throw new Error(said);
    }
    await new Promise((done) => setTimeout(done, 20));
  }
}

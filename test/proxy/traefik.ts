import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ownHttp } from '../../src/world/http.ts';
import { freePort } from '../machine/free-port.ts';
import { type ForOne, selfSigned } from './nginx.ts';

export interface Traefik extends ForOne {
  /** What it had to say of its configuration. */
  readonly complaints: () => string;
}

const names = z.array(z.string()).min(1);

/**
 * What Traefik's file provider takes, as far as homeauth writes it, and nothing else: Traefik refuses a whole file for a
 * key that it does not know. https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/other-providers/file
 */
export const fileOfTraefik = z.strictObject({
  http: z.strictObject({
    routers: z.record(
      z.string(),
      z.strictObject({
        rule: z.string(),
        priority: z.int().optional(),
        entryPoints: names,
        middlewares: names,
        service: z.string(),
        tls: z.strictObject({}),
      }),
    ),
    middlewares: z.record(
      z.string(),
      z.union([
        z.strictObject({ headers: z.strictObject({ customRequestHeaders: z.record(z.string(), z.string()) }) }),
        z.strictObject({
          forwardAuth: z.strictObject({
            address: z.url(),
            trustForwardHeader: z.boolean(),
            authResponseHeadersRegex: z.string(),
          }),
        }),
      ]),
    ),
    services: z.record(
      z.string(),
      z.strictObject({
        loadBalancer: z.strictObject({
          servers: z.array(z.strictObject({ url: z.url() })).min(1),
          serversTransport: z.string().optional(),
        }),
      }),
    ),
    serversTransports: z
      .record(
        z.string(),
        z.strictObject({
          serverName: z.string().optional(),
          insecureSkipVerify: z.boolean().optional(),
          rootCAs: names.optional(),
        }),
      )
      .optional(),
  }),
});

/** The same for labels of a container. https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/other-providers/docker */
export const labelOfTraefik =
  /^traefik\.(enable|docker\.network|http\.(routers\.[\w-]+\.(rule|priority|entrypoints|tls|middlewares|service)|services\.[\w-]+\.loadbalancer\.(server\.(port|scheme)|serverstransport)))$/;

/** Debian has no Traefik: where one is in PATH, the text is run in it, too. */
export const hasTraefik = spawnSync('traefik', ['version']).status === 0;

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
    'traefik',
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

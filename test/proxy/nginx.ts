import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../machine/free-port.ts';

/** A real proxy, for as long as a test lasts. */
export interface ForOne {
  readonly via: { readonly host: string; readonly port: number };
  readonly authority: string;
  stop(): Promise<void>;
}

/** A real nginx with these servers, on the loopback, with a certificate for everything below the domain. */
export async function nginx(servers: string, domain: string): Promise<ForOne> {
  const folder = mkdtempSync(join(tmpdir(), 'homeauth-nginx-'));
  const at = (name: string) => join(folder, name);
  const { certificate, key, authority } = selfSigned(folder, domain);
  const port = await freePort();
  writeFileSync(
    at('nginx.conf'),
    `daemon off;
pid ${at('pid')};
error_log ${at('error.log')} info;
events {}
http {
  access_log off;
  ssl_certificate ${certificate};
  ssl_certificate_key ${key};
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${at(name)};`).join('\n  ')}
${servers.replaceAll('listen 443 ssl', `listen 127.0.0.1:${port} ssl`).replaceAll('listen 80;', `listen 127.0.0.1:${port};`)}
}
`,
  );
  const binary = '/usr/sbin/nginx';
  execFileSync(binary, ['-t', '-q', '-c', at('nginx.conf'), '-p', folder], { stdio: 'pipe' });
  const child: ChildProcess = spawn(binary, ['-c', at('nginx.conf'), '-p', folder], { stdio: 'ignore' });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  while (!(await isOpen(port))) await new Promise((done) => setTimeout(done, 20));
  return {
    via: { host: '127.0.0.1', port },
    authority,
    async stop() {
      child.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

/** A certificate for everything below the domain. */
export function selfSigned(folder: string, domain: string) {
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const files = ['-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=test'];
  const names = ['-addext', `subjectAltName=DNS:*.${domain}`];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...names], { stdio: 'ignore' });
  return { certificate, key, authority: readFileSync(certificate, 'utf8') };
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => done(true)).on('error', () => done(false));
    socket.on('connect', () => socket.destroy());
  });

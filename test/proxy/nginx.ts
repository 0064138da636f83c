import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Nginx {
  readonly via: { readonly host: string; readonly port: number };
  readonly authority: string;
  stop(): Promise<void>;
}

/** A real nginx with these servers, on the loopback, with a certificate for everything below the domain. */
export async function nginx(servers: string, domain: string): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'homeauth-nginx-'));
  const at = (name: string) => join(folder, name);
  const names = `subjectAltName=DNS:*.${domain}`;
  const certificate = ['-keyout', at('key.pem'), '-out', at('cert.pem'), '-days', '2', '-subj', '/CN=test'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...certificate, '-addext', names], {
    stdio: 'ignore',
  });
  const port = await freePort();
  writeFileSync(
    at('nginx.conf'),
    `daemon off;
pid ${at('pid')};
error_log ${at('error.log')} info;
events {}
http {
  access_log off;
  ssl_certificate ${at('cert.pem')};
  ssl_certificate_key ${at('key.pem')};
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${at(name)};`).join('\n  ')}
${servers.replaceAll('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)}
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
    authority: readFileSync(at('cert.pem'), 'utf8'),
    async stop() {
      child.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => done(true)).on('error', () => done(false));
    socket.on('connect', () => socket.destroy());
  });

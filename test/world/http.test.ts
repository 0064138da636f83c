import { execFile, execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createSecureServer as createHttp2 } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ownHttp } from '../../src/world/http.ts';
import { compiled } from '../program.ts';
import { temporary } from '../temporary.ts';

let folder: string;
let authority: string;
const tls = { key: '', cert: '' };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'homeauth-http-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test CA', '-days', '2');
  openssl('req', ...key, '-keyout', 'key.pem', '-out', 'csr.pem', '-subj', '/CN=auth.home.example.com');
  writeFileSync(join(folder, 'ext'), 'subjectAltName=DNS:auth.home.example.com\n');
  const ca = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
  openssl('x509', '-req', '-in', 'csr.pem', ...ca, '-days', '1', '-extfile', 'ext', '-out', 'cert.pem');
  authority = readFileSync(join(folder, 'ca.pem'), 'utf8');
  tls.key = readFileSync(join(folder, 'key.pem'), 'utf8');
  tls.cert = readFileSync(join(folder, 'cert.pem'), 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true }));

const servers: { close(): unknown; closeAllConnections?(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

async function listen(server: Server): Promise<{ host: string; port: number }> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}
const http = (answer: RequestListener) => listen(createHttp(answer));
const https = (answer: RequestListener) => listen(createHttps(tls, answer));

test('status, headers, each cookie, body; a redirect is not followed', async () => {
  const seen: string[] = [];
  const via = await http((request, answer) => {
    seen.push(`${request.method} ${request.url} ${request.headers.host} ${request.headers['x-probe']}`);
    answer.writeHead(302, { location: '/next', 'set-cookie': ['a=1; Path=/', 'b=2'], 'X-Two': ['x', 'y'] });
    answer.end('moved');
  });
  const answer = await ownHttp.dial({ url: 'http://app.example.com/x?y=1', via, headers: { 'X-Probe': 'p' } });
  expect(answer).toMatchObject({
    status: 302,
    headers: { location: '/next', 'x-two': 'x, y' },
    cookies: ['a=1; Path=/', 'b=2'],
    body: 'moved',
  });
  expect(answer).not.toHaveProperty('untrusted');
  expect(seen).toEqual(['GET /x?y=1 app.example.com p']);
});

test('connects to via and asks for the name of the URL, in SNI and Host', async () => {
  const seen: unknown[] = [];
  const via = await https((request, answer) => {
    seen.push((request.socket as TLSSocket & { servername: string }).servername, request.headers.host);
    answer.end('hello');
  });
  const answer = await ownHttp.dial({ url: 'https://auth.home.example.com/', via, authority });
  expect(answer).toMatchObject({ status: 200, body: 'hello' });
  expect(answer).not.toHaveProperty('untrusted');
  expect(seen).toEqual(['auth.home.example.com', 'auth.home.example.com']);
});

test('a certificate that is not trusted is part of the answer', async () => {
  const via = await https((_, answer) => answer.end('hello'));
  expect(await ownHttp.dial({ url: 'https://auth.home.example.com/', via })).toMatchObject({
    body: 'hello',
    untrusted: expect.stringMatching(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|unable to verify/),
  });
  expect(await ownHttp.dial({ url: 'https://other.example.com/', via, authority })).toMatchObject({
    untrusted: expect.stringMatching(/ALTNAME/),
  });
});

test("beside an authority of one's own, those that Node has are trusted as before", async () => {
  const seen: string[] = [];
  const via = await https((request, answer) => answer.end(seen.push(request.url ?? '') && 'hello'));
  const other = otherAuthority();
  const url = 'https://auth.home.example.com/';
  expect(await ownHttp.dial({ url: `${url}untrusted`, via, authority: other })).toMatchObject({
    untrusted: expect.stringMatching(/UNABLE_TO_VERIFY_LEAF_SIGNATURE/),
  });

  const request = { url: `${url}trusted`, via, authority: other, headers: { Cookie: 'session=1' } };
  const script = `import { ownHttp } from './src/world/http.ts';
    console.log(JSON.stringify(await ownHttp.dial(${JSON.stringify(request)})));`;
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
  const program = await compiled(script, await temporary());
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
  expect(JSON.parse(stdout)).toMatchObject({ status: 200, body: 'hello' });
  expect(JSON.parse(stdout)).not.toHaveProperty('untrusted');
  expect(seen).toEqual(['/untrusted', '/trusted']);
});

function otherAuthority(): string {
  const made = ['-nodes', '-keyout', 'other.key', '-out', 'other.pem', '-subj', '/CN=Another CA', '-days', '2'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  execFileSync('openssl', ['req', '-x509', ...key, ...made], { cwd: folder, stdio: 'pipe' });
  return readFileSync(join(folder, 'other.pem'), 'utf8');
}

test.each([
  { body: 'password=hunter2' },
  { headers: { Cookie: 'session=1' } },
  { headers: { authorization: 'Bearer x' } },
  { headers: { 'X-Gotify-Key': 'x' } },
  { secret: true as const },
])('a secret is not sent to a server that cannot prove who it is: %j', async (secret) => {
  let asked = 0;
  const via = await https((_, answer) => {
    asked++;
    answer.end();
  });
  const request = { url: 'https://auth.home.example.com/', via, method: 'POST', ...secret };
  await expect(ownHttp.dial(request)).rejects.toMatchObject({ name: 'Failure', code: 'untrusted-certificate' });
  expect(asked).toBe(0);
  expect(await ownHttp.dial({ ...request, authority })).toMatchObject({ status: 200 });
});

test('a body is sent as it is', async () => {
  const via = await http((request, answer) => {
    request.setEncoding('utf8').on('data', (part) => answer.end(`${request.method} ${part}`));
  });
  const request = { url: 'http://a.example.com/', via, method: 'POST', body: '{"ü":1}' };
  expect((await ownHttp.dial(request)).body).toBe('POST {"ü":1}');
});

test('of an endless body only the beginning is read', async () => {
  const via = await http((_, answer) => {
    const more = () => {
      while (answer.write('x'.repeat(65_536)));
    };
    answer.on('drain', more);
    more();
  });
  expect((await ownHttp.dial({ url: 'http://a.example.com/', via })).body).toHaveLength(1024 * 1024);
});

test('the life of a certificate is told, over TLS alone', async () => {
  const via = await https((_, answer) => answer.end());
  const { certificate } = await ownHttp.dial({ url: 'https://auth.home.example.com/', via, authority });
  const { validFrom, validTo } = new X509Certificate(tls.cert);
  expect(certificate).toEqual({ from: Date.parse(validFrom), until: Date.parse(validTo) });
  const plain = await http((_, answer) => answer.end());
  expect((await ownHttp.dial({ url: 'http://a.example.com/', via: plain })).certificate).toBeUndefined();
});

test('nothing listens', async () => {
  const server = createTcp();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  const dial = ownHttp.dial({ url: 'https://a.example.com/x?token=s', via: { host: '127.0.0.1', port } });
  await expect(dial).rejects.toMatchObject({
    code: 'no-answer',
    problem: `https://a.example.com/x does not answer (asked at 127.0.0.1:${port}): nothing listens on that port.`,
  });
  const secret = ownHttp.dial({ url: `http://127.0.0.1:${port}/s/ecret`, secret: true });
  await expect(secret).rejects.toMatchObject({
    problem: `http://127.0.0.1:${port}/ does not answer: nothing listens on that port.`,
  });
});

test('a server that never answers', async () => {
  const via = await http(() => {});
  const dial = ownHttp.dial({ url: 'http://a.example.com/', via, timeout: 200 });
  await expect(dial).rejects.toMatchObject({
    code: 'no-answer',
    problem: expect.stringMatching(/nothing came back in time\.$/),
  });
});

test('a page that comes bit by bit is waited for', async () => {
  const via = await http(async (_, answer) => {
    for (const part of 'a page'.split(' ')) {
      await new Promise((done) => setTimeout(done, 250));
      answer.write(part);
    }
    await new Promise((done) => setTimeout(done, 250));
    answer.end();
  });
  expect(await ownHttp.dial({ url: 'http://a.example.com/', via, timeout: 400 })).toMatchObject({ body: 'apage' });
});

test('a server that never answers TLS', async () => {
  const sockets: Socket[] = [];
  const server = createTcp((socket) => sockets.push(socket.on('error', () => {})));
  servers.push({ close: () => server.close(), closeAllConnections: () => sockets.forEach((s) => void s.destroy()) });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const via = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const dial = ownHttp.dial({ url: 'https://a.example.com/', via, timeout: 200 });
  await expect(dial).rejects.toMatchObject({
    code: 'no-answer',
    problem: expect.stringMatching(/nothing came back in time\.$/),
  });
});

test('plain http where TLS was expected', async () => {
  const via = await http((_, answer) => answer.end());
  const dial = ownHttp.dial({ url: 'https://a.example.com/', via });
  await expect(dial).rejects.toMatchObject({
    code: 'no-answer',
    problem: expect.stringMatching(/it does not speak TLS there\.$/),
  });
});

test('a connection that is cut', async () => {
  const via = await http((request) => request.socket.destroy());
  const dial = ownHttp.dial({ url: 'http://a.example.com/', via });
  await expect(dial).rejects.toMatchObject({
    code: 'no-answer',
    problem: expect.stringMatching(/the connection was cut\.$/),
  });
});

test('a name that does not resolve', async () => {
  const dial = ownHttp.dial({ url: 'http://nothing.invalid/' });
  await expect(dial).rejects.toMatchObject({
    code: 'no-answer',
    problem: expect.stringMatching(/^http:\/\/nothing\.invalid\/ does not answer: the name/),
  });
});

describe('what a browser would not write', () => {
  test('another host than the one whose certificate is asked for, capitals and all, in either version', async () => {
    const seen: string[] = [];
    const server = createHttp2({ ...tls, allowHTTP1: true }, ({ httpVersion, headers, authority, socket }, answer) => {
      const name = (socket as TLSSocket & { servername: string }).servername;
      seen.push(`${httpVersion} ${headers.host ?? authority} ${name} ${headers['x-probe']}`);
      answer.writeHead(200, { 'set-cookie': ['a=1', 'b=2'], 'X-Two': 'x' });
      answer.end('hello');
    });
    const via = await listen(server as unknown as Server);
    const headers = { Host: 'AUTH.home.example.com.', 'X-Probe': 'p' };
    for (const more of [{}, { http2: true }] as const) {
      const answer = await ownHttp.dial({ url: 'https://auth.home.example.com/', via, authority, headers, ...more });
      expect(answer).toEqual({
        status: 200,
        headers: expect.objectContaining({ 'x-two': 'x' }),
        certificate: expect.anything(),
        cookies: ['a=1', 'b=2'],
        body: 'hello',
      });
    }
    expect(seen).toEqual(['1.1', '2.0'].map((version) => `${version} AUTH.home.example.com. auth.home.example.com p`));
  });

  test('HTTP/2 where there is none: HTTP/1.1', async () => {
    const via = await https((request, answer) => answer.end(request.httpVersion));
    const answer = await ownHttp.dial({ url: 'https://auth.home.example.com/', via, authority, http2: true });
    expect(answer.body).toBe('1.1');
  });

  test.each([false, true])('a body and an endless answer; HTTP/2: %s', async (isHttp2) => {
    const server = createHttp2({ ...tls, allowHTTP1: true }, (request, answer) => {
      const more = () => {
        while (answer.write('x'.repeat(65_536)));
      };
      request.setEncoding('utf8').on('data', (part: string) => answer.on('drain', more).write(part) && more());
    });
    const via = await listen(server as unknown as Server);
    const request = { url: 'https://auth.home.example.com/', via, authority, method: 'POST', body: 'ü=1' };
    const { body } = await ownHttp.dial({ ...request, ...(isHttp2 && { http2: true }) });
    expect(body.slice(0, 4)).toBe('ü=1x');
    expect(Buffer.byteLength(body)).toBe(1024 * 1024);
  });

  test('headers that the connection is said to be for', async () => {
    const via = await http((request, answer) => answer.end(request.rawHeaders.join('|')));
    const headers = { Connection: 'close, X-Authentik-Username', 'X-Authentik-Username': 'helen' };
    expect((await ownHttp.dial({ url: 'http://a.example.com/', via, headers })).body).toBe(
      'host|a.example.com|Connection|close, X-Authentik-Username|X-Authentik-Username|helen',
    );
  });
});

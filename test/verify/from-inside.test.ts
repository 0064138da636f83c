import { expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import type { Speaker } from '../../src/config/oidc.ts';
import { Failure } from '../../src/model/failure.ts';
import { proveFromInside } from '../../src/verify/from-inside.ts';
import type { ProbeContext } from '../../src/verify/probe.ts';
import type { HttpAnswer, HttpRequest } from '../../src/world/world.ts';
import { answer } from './answers.ts';

const issuer = 'https://auth.home.example.com/application/o/wiki/';
const root = '-----BEGIN CERTIFICATE-----\nroot\n-----END CERTIFICATE-----\n';
const good = answer(200, { body: JSON.stringify({ issuer }), address: '172.20.0.3' });
const wiki = { name: 'wiki', host: 'wiki.home.example.com', upstream: 'wiki:80' } as Speaker;

interface Around {
  readonly answer?: HttpAnswer | Failure;
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly proxy?: Config['proxy'];
  readonly pid?: number;
}

async function proven({ answer = good, files = {}, environment = {}, proxy = 'caddy', pid = 42 }: Around = {}) {
  const asked: HttpRequest[] = [];
  const container = {
    name: 'wiki',
    image: 'wiki',
    labels: {},
    networks: ['caddy_caddynet'],
    environment,
    ...(pid && { pid }),
  };
  const context = {
    config: { authHost: 'auth.home.example.com', proxy },
    entrance: { authority: root },
    world: {
      docker: {
        containers: async () => [container],
        container: async () => container,
        readFile: async (_: string, path: string) => files[path],
      },
      http: {
        async dial(request: HttpRequest) {
          asked.push(request);
          if (answer instanceof Failure) throw answer;
          return answer;
        },
      },
    },
  } as unknown as ProbeContext;
  const [found] = await proveFromInside(context, wiki);
  return { found, asked, said: JSON.stringify(found) };
}

test('it asks in the network of the container, and says where the name leads to in there', async () => {
  const { found, asked } = await proven();
  expect(asked).toEqual([{ url: `${issuer}.well-known/openid-configuration`, within: 42 }]);
  expect(found).toMatchObject({ status: 'ok', answer: '172.20.0.3, certificate trusted, 200' });
});

test('an authority of the house counts where the container has it: in a file that a variable names, or among the others', async () => {
  const answer = { ...good, untrusted: 'self-signed certificate in certificate chain' };
  expect(await proven({ answer })).toMatchObject({ found: { status: 'warn', issue: { code: 'login-from-inside' } } });
  const environment = { SSL_CERT_FILE: '/etc/homeauth/authorities.pem' };
  // The variable alone is not enough: the mount may be missing.
  expect((await proven({ answer, environment })).found?.status).toBe('warn');
  const files = { '/etc/homeauth/authorities.pem': `another\n${root.replaceAll('\n', '\r\n')}` };
  expect((await proven({ answer, environment, files })).found?.status).toBe('ok');
  expect((await proven({ answer, files: { '/etc/ssl/certs/ca-certificates.crt': root } })).found?.status).toBe('ok');
});

test('no way, and another server at the end of it, are told with what to do', async () => {
  const silent = new Failure({ code: 'no-answer', problem: 'the name does not resolve.', fix: 'Is it up?' });
  const { found, said } = await proven({ answer: silent });
  expect(found?.status).toBe('fail');
  expect(said).toContain('homeauth apply');
  expect((await proven({ answer: silent, proxy: 'host-caddy' })).said).toContain('auth.home.example.com:host-gateway');
  const other = await proven({ answer: { ...good, body: '<h1>My router</h1>', address: '192.168.0.1' } });
  expect(other.found?.status).toBe('fail');
  expect(other.said).toContain('is 192.168.0.1, and it is not authentik that answers there');
});

test('what cannot be asked is no fault', async () => {
  const denied = new Failure({ code: 'network-not-entered', problem: 'homeauth cannot ask.', fix: 'Be root.' });
  expect((await proven({ answer: denied })).found?.status).toBe('skip');
  expect((await proven({ pid: 0 })).found?.status).toBe('skip');
});

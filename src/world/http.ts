import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, TLSSocket } from 'node:tls';
import { Failure } from '../model/failure.ts';
import { dialWithin } from './dial-within.ts';
import { exchange } from './http-exchange.ts';
import { noAnswer } from './http-failures.ts';
import { keepVigil } from './signs-of-life.ts';
import type { Http, HttpAnswer, HttpRequest } from './world.ts';

/** Headers that open something for whoever gets them. */
const credentials = /^(?:authorization|cookie|proxy-authorization|x-api-key|x-gotify-key)$/i;

/**
 * One request, one connection. A certificate that is not trusted is part of the answer and not an error: the
 * connection goes on without proof of who is there, so only a request that carries no secret is sent over it. Headers
 * go out as they are given, Host and Connection among them: proofs write what a browser would not.
 */
export const ownHttp: Http = {
  async dial({ within, ...request }) {
    if (within !== undefined) return dialWithin(within, request);
    const vigil = keepVigil(request.timeout ?? 10_000);
    let untrusted: string | undefined;
    let socket: Socket | undefined;
    try {
      socket = await connected(request, vigil.signal, (why) => {
        untrusted = why;
      });
      vigil.heard();
      // Nobody tells it of a connection that has ended.
      const life = lifeOf(socket);
      const answer = await exchange(socket, request, vigil);
      return { ...answer, ...life, ...(untrusted !== undefined && { untrusted }) };
    } catch (error) {
      throw error instanceof Failure ? error : noAnswer(request, vigil.signal.aborted, error);
    } finally {
      vigil.end();
      socket?.destroy();
    }
  },
};

/** What it says of its certificate's life; TLS alone has one. */
function lifeOf(socket: Socket): Pick<HttpAnswer, 'certificate'> {
  if (!(socket instanceof TLSSocket)) return {};
  const { valid_from: from, valid_to: until } = socket.getPeerCertificate();
  const certificate = { from: Date.parse(from), until: Date.parse(until) };
  return Number.isNaN(certificate.until) ? {} : { certificate };
}

/** Tries one store of authorities after the other. */
async function connected(
  request: HttpRequest,
  signal: AbortSignal,
  report: (why: string) => void,
  [trusted, ...others] = stores(request),
): Promise<Socket> {
  // Judged below, by the same rules: the connection has to stand for us to see what is behind it.
  const socket = await standing(request, signal, { rejectUnauthorized: false, ...trusted });
  if (!(socket instanceof TLSSocket) || socket.authorized) return socket;
  const word = wordOf(socket.authorizationError);
  if (others.length > 0 && unknownIssuer.test(word)) {
    socket.destroy();
    return connected(request, signal, report, others);
  }
  if (isSecret(request)) {
    socket.destroy();
    throw notSent(request, word);
  }
  report(word);
  return socket;
}

function standing({ url, via, http2 }: HttpRequest, signal: AbortSignal, tls: ConnectionOptions): Promise<Socket> {
  const { protocol, hostname, port } = new URL(url);
  const name = hostname.replace(/^\[|\]$/g, '');
  const isTls = protocol === 'https:' && via?.afterTls === undefined;
  const at = via ? { host: via.host, port: via.port } : { host: name, port: Number(port) || (isTls ? 443 : 80) };
  const named = isIP(name) === 0 ? { servername: name } : {};
  const ALPNProtocols = http2 ? ['h2', 'http/1.1'] : ['http/1.1'];
  const socket = isTls ? connectTls({ ...at, ...named, ALPNProtocols, ...tls }) : connect(at);
  return new Promise((resolve, reject) => {
    const stop = () => socket.destroy(signal.reason);
    signal.addEventListener('abort', stop);
    socket.once('error', reject);
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      signal.removeEventListener('abort', stop);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** Node's own authorities come second, and apart: to read all of them together with one more takes a long time. */
const stores = ({ authority }: HttpRequest) => (authority === undefined ? [{}] : [{ ca: authority }, {}]);

/** A store that has the issuer may think otherwise. */
const unknownIssuer = /^(?:UNABLE_TO_|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT)/;

const wordOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const isSecret = ({ body, secret, headers = {} }: HttpRequest): boolean =>
  body !== undefined || secret === true || Object.keys(headers).some((name) => credentials.test(name));

const notSent = ({ url }: HttpRequest, why: string): Failure =>
  new Failure({
    code: 'untrusted-certificate',
    problem: `The certificate of ${new URL(url).host} is not trusted: ${why}.`,
    why: 'The request holds a password or a session, so it was not sent to a server that cannot prove who it is.',
    fix: `See the certificate, and Caddy's log about it:  homeauth doctor`,
  });

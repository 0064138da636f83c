import { isIP } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Agent, buildConnector, type Dispatcher, request as send } from 'undici';
import { Failure } from '../model/failure.ts';
import { noAnswer } from './http-failures.ts';
import { keepVigil } from './vigil.ts';
import type { Http, HttpAnswer, HttpRequest } from './world.ts';

/** As much of a body as is read, in bytes: a page that says who somebody is fits well; a download need not. */
const enough = 1024 * 1024;

/** Headers that open something for whoever gets them. */
const credentials = /^(?:authorization|cookie|proxy-authorization|x-api-key)$/i;

/**
 * One request, one connection. A certificate that is not trusted is part of the answer and not an error: the
 * connection goes on without proof of who is there, so only a request that carries no secret is sent over it.
 */
export const undiciHttp: Http = {
  async dial(request) {
    const vigil = keepVigil(request.timeout ?? 10_000);
    let untrusted: string | undefined;
    const agent = agentFor(request, vigil.heard, (why) => {
      untrusted = why;
    });
    try {
      const answer = await send(request.url, {
        dispatcher: agent,
        method: (request.method ?? 'GET') as Dispatcher.HttpMethod,
        headers: { ...request.headers },
        ...(request.body !== undefined && { body: request.body }),
        signal: vigil.signal,
      });
      const body = await readBody(answer.body, vigil.heard);
      return { ...answerOf(answer, body), ...(untrusted !== undefined && { untrusted }) };
    } catch (error) {
      throw error instanceof Failure ? error : noAnswer(request, vigil.signal.aborted, error);
    } finally {
      vigil.end();
      await agent.destroy();
    }
  },
};

function agentFor(request: HttpRequest, heard: () => void, report: (why: string) => void): Agent {
  const { hostname } = new URL(request.url);
  const name = hostname.replace(/^\[|\]$/g, '');
  const timeout = request.timeout ?? 10_000;
  const connectors = stores(request).map((trusted) =>
    // Judged below, by the same rules: the connection has to stand for us to see what is behind it.
    buildConnector({ rejectUnauthorized: false, maxCachedSessions: 0, timeout, ...trusted }),
  );
  return new Agent({
    connect(options, callback) {
      const target = {
        ...options,
        ...(request.via && { hostname: request.via.host, host: request.via.host, port: String(request.via.port) }),
        ...(isIP(name) === 0 && { servername: name }),
      };
      const attempt = ([connect, ...others]: typeof connectors): void =>
        connect?.(target, (error, socket) => {
          if (error) return callback(error, null);
          if (socket instanceof TLSSocket && !socket.authorized) {
            const why = reasonOf(socket.authorizationError);
            if (others.length > 0 && unknownIssuer.test(why)) {
              socket.destroy();
              return attempt(others);
            }
            if (isSecret(request)) {
              socket.destroy();
              return callback(notSent(request, why), null);
            }
            report(why);
          }
          heard();
          callback(null, socket);
        });
      attempt(connectors);
    },
  });
}

/** Node's own authorities come second, and apart: to read all of them together with one more takes a long time. */
const stores = ({ authority }: HttpRequest) => (authority === undefined ? [{}] : [{ ca: authority }, {}]);

/** A store that has the issuer may think otherwise. */
const unknownIssuer = /^(?:UNABLE_TO_|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT)/;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const isSecret = ({ body, headers = {} }: HttpRequest): boolean =>
  body !== undefined || Object.keys(headers).some((name) => credentials.test(name));

const notSent = ({ url }: HttpRequest, why: string): Failure =>
  new Failure({
    code: 'untrusted-certificate',
    problem: `The certificate of ${new URL(url).host} is not trusted: ${why}.`,
    why: 'The request holds a password or a session, so it was not sent to a server that cannot prove who it is.',
    fix: `See the certificate, and Caddy's log about it:  homeauth doctor`,
  });

async function readBody(body: AsyncIterable<Uint8Array>, heard: () => void): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    heard();
    parts.push(part);
    size += part.length;
    if (size >= enough) break;
  }
  return Buffer.concat(parts).subarray(0, enough).toString();
}

function answerOf({ statusCode, headers }: Dispatcher.ResponseData, body: string): HttpAnswer {
  const entries = Object.entries(headers).filter(([name]) => name !== 'set-cookie');
  const cookies = headers['set-cookie'] ?? [];
  return {
    status: statusCode,
    headers: Object.fromEntries(entries.map(([name, value]) => [name, [value].flat().join(', ')])),
    cookies: [cookies].flat(),
    body,
  };
}

import { createRequire, Module } from 'node:module';
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { Refusal } from './refusal.ts';

export interface Ask {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  /** Sent as JSON. Apart from `query` on purpose: what is secret must not end up in the engine's log of addresses. */
  readonly body?: object;
  /** Sent as it is. */
  readonly file?: Buffer;
  /** X-Registry-Auth. */
  readonly authconfig?: object;
  /** Turn the connection into the two-way stream of an exec. */
  readonly hijack?: true;
  readonly signal?: AbortSignal;
}

/** Sends one request and returns the answer's body as a stream. Throws Refusal for an answer that says no. */
export type Dial = (ask: Ask) => Promise<Duplex>;

interface Modem {
  dial(options: object, done: (error: (Error & { statusCode?: number }) | null, answer: Duplex) => void): void;
}

const fine = { 200: true, 201: true, 204: true, 304: true, 101: true };

/**
 * dockerode, without the SSH client and the gRPC that it loads for engines far away and for builds: a third of the
 * memory of all that homeauth loads, and nothing that a socket needs.
 */
function loadDockerode(): typeof Docker {
  const require = createRequire(import.meta.url);
  const dockerode = createRequire(require.resolve('dockerode'));
  const modem = createRequire(dockerode.resolve('docker-modem'));
  const unused = [modem.resolve('ssh2'), dockerode.resolve('@grpc/grpc-js'), dockerode.resolve('@grpc/proto-loader')];
  // https://nodejs.org/api/modules.html#requirecache: entries may be added.
  for (const path of unused) require.cache[path] ??= Object.assign(new Module(path), { loaded: true });
  return require('dockerode');
}

/** Opens the engine's socket. `version` is the API's, like 1.47; without it the engine takes its newest. */
export function dialler(socketPath: string, version?: string): Dial {
  // Left to itself it would take host, protocol and keys from DOCKER_HOST, and forget the socket that it is given.
  const own = { host: undefined, port: undefined, protocol: 'http', ca: undefined, cert: undefined, key: undefined };
  const docker = new (loadDockerode())({
    ...own,
    socketPath,
    ...(version && { version: `v${version}` }),
  } as Docker.DockerOptions);
  const modem = docker.modem as Modem;
  return (ask) =>
    new Promise((resolve, reject) => {
      const options = {
        method: ask.method,
        path: `${ask.path}?`,
        options: { _query: ask.query ?? {}, _body: ask.body ?? {} },
        // Its way of reading whole answers never returns when the connection breaks in the middle of one.
        isStream: true,
        ...(ask.file && { file: ask.file }),
        hijack: ask.hijack,
        authconfig: ask.authconfig,
        abortSignal: ask.signal,
        statusCodes: fine,
      };
      modem.dial(options, (error, answer) => {
        if (!error) resolve(answer);
        else if (error.statusCode === undefined) reject(error);
        else reject(new Refusal(error.statusCode, wordsOf(error.message), `${ask.method} ${ask.path}`));
      });
    });
}

const wordsOf = (message: string) => message.replace(/^\(HTTP code \d+\) unexpected - /, '').trim();

import type { IncomingMessage } from 'node:http';
import type { State } from '../state.ts';
import type { Call, Site } from './call.ts';

const LIMIT = 32 * 1024 * 1024;

/** The whole body, or undefined when it is over the router's limit of 32 MiB. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size <= LIMIT) parts.push(part);
  }
  return size > LIMIT ? undefined : Buffer.concat(parts);
}

/**
 * Since 2026.8 X-Forwarded-Host and -Proto count only from a trusted peer; before, they always did
 * (and Django's host was the Host header alone).
 */
export function callOf(
  request: IncomingMessage,
  raw: Buffer,
  state: State,
  site: Site,
  isTrusted: (peer: string | undefined) => boolean,
): Call {
  const target = request.url ?? '/';
  const [path = '/', search = ''] = target.split(/\?(.*)/s);
  const peer = request.socket.remoteAddress ?? '';
  const believed = !site.era.baseUrl || isTrusted(peer);
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return believed && typeof value === 'string' ? value : undefined;
  };
  const forwarded: Call['forwarded'] = {};
  const host = header('x-forwarded-host');
  const proto = header('x-forwarded-proto');
  const uri = header('x-forwarded-uri');
  if (host !== undefined) forwarded.host = host;
  if (proto !== undefined) forwarded.proto = proto;
  if (uri !== undefined) forwarded.uri = uri;
  return {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(search),
    target,
    headers: request.headers,
    raw,
    params: {},
    cookies: cookiesOf(request.headers.cookie ?? ''),
    host: request.headers.host ?? '',
    secure: proto === 'https',
    forwarded,
    peer,
    state,
    site,
  };
}

function cookiesOf(header: string): Record<string, string> {
  const pairs = header.split(';').map((part) => part.trim().split(/=(.*)/s));
  return Object.fromEntries(pairs.filter(([name]) => name).map(([name, value]) => [name, value ?? '']));
}

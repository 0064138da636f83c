import { createServer, type Server, type Socket } from 'node:net';
import { AndFilter, BerReader, BerWriter, BindRequest, ProtocolOperation, SearchRequest } from 'ldapts';
import { Browser } from '../browser.ts';
import { type Bound, type Directory, type Entry, fits, found, isBelow } from './ldap-directory.ts';

/** What LDAP calls what came of it. */
const RESULT = { success: 0, unwilling: 53, wrongCredentials: 49, insufficientAccess: 50, noObject: 32 } as const;

export interface LdapOptions {
  /** authentik's server, and the key of the outpost's token. */
  origin: string;
  token: string;
  log(line: string): void;
}

interface Served {
  pk: number;
  base_dn: string;
  bind_flow_slug: string;
  application_slug: string;
}

/** The LDAP outpost: asks authentik, by the flow of its provider, about everybody who binds. No TLS. */
export async function startLdapOutpost(
  options: LdapOptions,
  { host, port } = { host: '127.0.0.1', port: 0 },
): Promise<{ port: number; close(): Promise<void> }> {
  await served(options);
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket, options);
  });
  await new Promise<void>((done) => server.listen(port, host, done));
  return {
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The providers of this outpost. */
const served = (options: LdapOptions): Promise<Served[]> => all<Served>('outposts/ldap', options);

/** What the API lists for the outpost's own key. */
async function all<T>(collection: string, { origin, token }: LdapOptions, page = 1): Promise<T[]> {
  const answer = await fetch(`${origin}/api/v3/${collection}/?page=${page}&page_size=100`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!answer.ok) throw new Error(`Failed to fetch outpost configuration: ${answer.status}`);
  const { results, pagination } = (await answer.json()) as { results: T[]; pagination: { next: number } };
  return pagination.next
    ? [...results, ...(await all<T>(collection, { origin, token, log() {} }, pagination.next))]
    : results;
}

async function directory(options: LdapOptions): Promise<Directory> {
  const [users, groups] = await Promise.all([
    all<Directory['users'][number]>('core/users', options),
    all<Directory['groups'][number]>('core/groups', options),
  ]);
  return { users, groups };
}

/** Each message in its turn. */
function serve(socket: Socket, options: LdapOptions): void {
  let waiting = Buffer.alloc(0);
  let bound: Bound | undefined;
  let turn = Promise.resolve();
  socket.on('data', (data: Buffer) => {
    waiting = Buffer.concat([waiting, data]);
    for (let message = next(); message; message = next()) {
      const reader = message;
      turn = turn
        .then(() => answer(reader))
        .catch((error) => {
          options.log(String(error));
          socket.destroy();
        });
    }
  });

  function next(): BerReader | undefined {
    const reader = new BerReader(waiting);
    if (waiting.length === 0 || reader.readSequence() === null || reader.remain < reader.length) return undefined;
    const whole = reader.offset + reader.length;
    const one = new BerReader(waiting.subarray(0, whole));
    waiting = waiting.subarray(whole);
    one.readSequence();
    return one;
  }

  async function answer(reader: BerReader): Promise<void> {
    const messageId = reader.readInt() ?? 0;
    const operation = reader.readSequence();
    if (operation === ProtocolOperation.LDAP_REQ_UNBIND) {
      socket.end();
      return;
    }
    if (operation === ProtocolOperation.LDAP_REQ_BIND) {
      const request = new BindRequest({ messageId });
      request.parseMessage(reader);
      const found = await bind(request, options, socket.remoteAddress?.replace(/^::ffff:/, '') ?? '');
      bound = typeof found === 'number' ? undefined : found;
      socket.write(
        done(messageId, ProtocolOperation.LDAP_RES_BIND, typeof found === 'number' ? found : RESULT.success),
      );
      return;
    }
    if (operation === ProtocolOperation.LDAP_REQ_SEARCH) {
      const request = new SearchRequest({ messageId, filter: new AndFilter({ filters: [] }) });
      request.parseMessage(reader);
      const [provider] = await served(options);
      const isOpen = request.baseDN === '';
      const entries =
        provider && (bound || isOpen)
          ? found(request, provider.base_dn, bound ? await directory(options) : { users: [], groups: [] }, bound)
          : [];
      for (const entry of entries)
        if (fits(request.filter, entry.attributes)) socket.write(shown(messageId, entry, request.attributes));
      const result = bound || isOpen ? RESULT.success : RESULT.insufficientAccess;
      socket.write(done(messageId, ProtocolOperation.LDAP_RES_SEARCH, result));
      return;
    }
    socket.write(done(messageId, ProtocolOperation.LDAP_RES_EXTENSION, RESULT.unwilling));
  }
}

/** Walks the bind flow as a browser would; whoever the application is not for is refused all the same. */
async function bind({ dn, password }: BindRequest, options: LdapOptions, address: string): Promise<Bound | number> {
  const provider = (await served(options)).find((one) => isBelow(dn, one.base_dn));
  if (!provider) return RESULT.noObject;
  const username = /^cn=((?:\\.|[^,])+)/i.exec(dn)?.[1]?.replaceAll(/\\(.)/g, '$1');
  if (username === undefined || password === '') return RESULT.wrongCredentials;
  const host = new URL(options.origin).host;
  const says = { 'x-authentik-outpost-token': options.token, 'x-authentik-remote-ip': address };
  const browser = new Browser(options.origin, undefined, says);
  try {
    await browser.flow(host, `/if/flow/${provider.bind_flow_slug}/`, {
      'ak-stage-identification': { uid_field: username },
      'ak-stage-password': { password },
    });
  } catch (error) {
    options.log(`bind of ${username}: ${error instanceof Error ? error.message.slice(0, 200) : error}`);
    return RESULT.wrongCredentials;
  }
  const path = `/api/v3/outposts/ldap/${provider.pk}/check_access/?app_slug=${provider.application_slug}`;
  const { access, has_search_permission: maySearch } = JSON.parse((await browser.open(host, path)).text);
  // Nobody is logged in where the flow ended without that: then there is no such answer.
  return access?.passing ? { username, maySearch } : RESULT.insufficientAccess;
}

function done(messageId: number, operation: number, code: number): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(messageId);
  writer.startSequence(operation);
  writer.writeEnumeration(code);
  writer.writeString('');
  writer.writeString('');
  writer.endSequence();
  writer.endSequence();
  return writer.buffer;
}

function shown(messageId: number, { dn, attributes }: Entry, asked: readonly string[]): Buffer {
  const isAsked = (name: string): boolean =>
    asked.length === 0 || asked.some((one) => one === '*' || one.toLowerCase() === name.toLowerCase());
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(messageId);
  writer.startSequence(ProtocolOperation.LDAP_RES_SEARCH_ENTRY);
  writer.writeString(dn);
  writer.startSequence();
  for (const [name, values] of Object.entries(attributes).filter(([one]) => isAsked(one))) {
    writer.startSequence();
    writer.writeString(name);
    // A set of values.
    writer.startSequence(0x31);
    for (const value of values) writer.writeString(value);
    writer.endSequence();
    writer.endSequence();
  }
  writer.endSequence();
  writer.endSequence();
  writer.endSequence();
  return writer.buffer;
}

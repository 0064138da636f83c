import { Failure } from '../model/failure.ts';
import type { Reason, Silence } from '../model/reason.ts';
import { isOutOfHandles, outOfHandles } from './out-of-handles.ts';
import type { HttpRequest } from './world.ts';

/** Node's and OpenSSL's words for it. */
const silences: Readonly<Record<string, Silence>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'cut',
  EHOSTUNREACH: 'no-way',
  ENETUNREACH: 'no-way',
  ENOTFOUND: 'unresolved',
  EAI_AGAIN: 'unresolved',
  ETIMEDOUT: 'late',
  EPROTO: 'no-tls',
  ERR_SSL_WRONG_VERSION_NUMBER: 'no-tls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'no-tls',
  ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR: 'no-certificate',
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'no-certificate',
};

const says: Readonly<Record<Exclude<Silence, 'unanswered'>, string>> = {
  refused: 'nothing listens on that port',
  cut: 'the connection was cut',
  'no-way': 'there is no way to that address',
  unresolved: 'the name does not resolve',
  late: 'nothing came back in time',
  'no-tls': 'it does not speak TLS there',
  'no-certificate': 'it has no certificate for that name yet',
};

/** A request that came to nothing. Its text holds neither the query nor anything that was sent. */
export function noAnswer({ url, via, secret }: HttpRequest, tooLate: boolean, cause: unknown): Failure {
  const { protocol, host, pathname } = new URL(secret ? new URL(url).origin : url);
  if (isOutOfHandles(cause))
    return new Failure(outOfHandles(`${protocol}//${host}${pathname} cannot be asked`), { cause });
  const where = via ? ` (asked at ${via.host}:${via.port})` : '';
  const because = tooLate ? ({ code: 'late', says: says.late } as const) : reasonOf(cause);
  return new Failure(
    {
      code: 'no-answer',
      problem: `${protocol}//${host}${pathname} does not answer${where}: ${because.says}.`,
      fix: 'See what is not running, and why:  homeauth doctor',
      because,
    },
    { cause },
  );
}

/** Several addresses of one name fail as one error that holds the others. */
function reasonOf(error: unknown): Reason {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  const { code: name = '', message } = error as { code?: string; message?: string };
  const code = silences[name] ?? 'unanswered';
  return { code, says: code === 'unanswered' ? (message ?? String(error)) : says[code] };
}

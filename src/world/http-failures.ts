import { Failure } from '../model/failure.ts';
import { isOutOfHandles, outOfHandles } from './out-of-handles.ts';
import type { HttpRequest } from './world.ts';

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens on that port',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to that address',
  ENETUNREACH: 'there is no way to that network',
  ENOTFOUND: 'the name does not resolve',
  EAI_AGAIN: 'the name server does not answer',
  ETIMEDOUT: 'nothing came back in time',
  EPROTO: 'it does not speak TLS there',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS there',
  ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR: 'it has no certificate for that name yet',
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'it has no certificate for that name',
};

/** A request that came to nothing. Its text holds neither the query nor anything that was sent. */
export function noAnswer({ url, via }: HttpRequest, tooLate: boolean, cause: unknown): Failure {
  const { protocol, host, pathname } = new URL(url);
  if (isOutOfHandles(cause))
    return new Failure(outOfHandles(`${protocol}//${host}${pathname} cannot be asked`), { cause });
  const where = via ? ` (asked at ${via.host}:${via.port})` : '';
  return new Failure(
    {
      code: 'no-answer',
      problem: `${protocol}//${host}${pathname} does not answer${where}: ${tooLate ? reasons['ETIMEDOUT'] : reasonOf(cause)}.`,
      fix: 'See what is not running, and why:  homeauth doctor',
    },
    { cause },
  );
}

/** Several addresses of one name fail as one error that holds the others. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  const { code, message } = error as { code?: string; message?: string };
  return reasons[code ?? ''] ?? message ?? String(error);
}

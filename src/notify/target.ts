import type { Job } from '../config/notify.ts';
import type { Installation } from '../installation/installation.ts';
import { assertTrusted } from '../installation/trust.ts';
import { Failure } from '../model/failure.ts';
import { Secret } from '../model/secret.ts';
import { clause, type Shown } from '../model/shown.ts';
import type { HttpRequest } from '../world/world.ts';

/** One message: for people, and as data. */
export interface Message {
  readonly title: string;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Nothing is wrong any more. */
  readonly good: boolean;
  /** It is a try: no monitor is to change because of it, where it can be told so. */
  readonly trial?: true;
}

/** Somebody who is told. */
export interface Target {
  /** By the key in homeauth.yaml. */
  readonly name: string;
  /** The timer whose every run it is told of; all others are told what is new, of every timer. */
  readonly job?: Job;
  /** @returns what came back. @throws Failure notify-failed, which holds no secret */
  tell(message: Message): Promise<string>;
}

/** @throws Failure notify-failed */
export async function lineOf(name: string, path: string, { world }: Pick<Installation, 'world'>): Promise<Secret> {
  await assertTrusted(path, world);
  const text = (await world.files.read(path))?.trim();
  if (text !== undefined && /^[\x21-\x7e]+$/.test(text)) return new Secret(text);
  const problem =
    text === undefined ? `${path} is not there.` : `${path} does not hold one address or token on one line.`;
  throw untold(name, problem, `Write the address or token into that file, alone on one line, then:  chmod 600 ${path}`);
}

/** The address in a file of the owner's. @throws Failure notify-failed */
export async function urlOf(name: string, path: string, installation: Pick<Installation, 'world'>): Promise<URL> {
  const line = (await lineOf(name, path, installation)).reveal();
  if (/^https?:\/\/[^/]/.test(line) && URL.canParse(line)) return new URL(line);
  throw untold(
    name,
    `${path} does not hold an address that begins with https:// or http://.`,
    'Write the whole address into it.',
  );
}

/** Asks once; what comes back is told by its status alone, since a body may repeat the address. @throws Failure notify-failed */
export async function ask(name: string, { world }: Pick<Installation, 'world'>, request: HttpRequest) {
  const { host } = new URL(request.url);
  const answer = await world.http.dial({ ...request, secret: true }).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    throw untold(
      name,
      [`${host} took no message: `, error.because?.says ?? clause(error.problem)].join(''),
      'Is it up, and reachable from this server? Then: homeauth notify test',
      error,
    );
  });
  const { status } = answer;
  if (status >= 200 && status < 300) return answer;
  const [says, fix] = meanings[status] ?? (status >= 300 && status < 400 ? redirected : [`answers ${status}`, look]);
  throw untold(name, `${host} ${says} (${status}).`, fix);
}

const look = 'See its log. Then: homeauth notify test';
const redirected = ['sends on to another address', 'Write the address that it sends to.'] as const;
const meanings: Readonly<Record<number, readonly [says: string, fix: string]>> = {
  401: ['refuses the token', 'Make a new token there, and write it into the file. Then: homeauth notify test'],
  403: ['refuses the token, or asks for one', 'Give it a token that may send there. Then: homeauth notify test'],
  404: ['does not know that address', 'Write the address as it is shown there. Then: homeauth notify test'],
  429: ['was asked too often', 'Wait, then: homeauth notify test'],
};

/** Somebody could not be told. */
export const untold = (name: string, problem: Shown, fix: Shown, cause?: unknown): Failure =>
  new Failure({ code: 'notify-failed', problem: [`${name}: `, problem].join(''), fix }, { cause });

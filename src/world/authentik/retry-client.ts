import type { Failure } from '../../model/failure.ts';
import type { Reason } from '../../model/reason.ts';
import { Secret } from '../../model/secret.ts';
import type { Clock } from '../world.ts';
import { judge, type Method, type Verdict } from './answer.ts';
import { type Connection, ConnectionBroken, type Outgoing } from './connection.ts';
import * as trouble from './trouble.ts';

export interface Tokens {
  readonly own?: Secret;
  readonly bootstrap?: Secret;
}

/** Which of the two tokens authentik took last. */
export interface Choice {
  works?: keyof Tokens;
}

export interface RetryClient {
  read(path: string): Promise<unknown>;
  /** @throws Uncertain where it is not known whether the change was made */
  change(method: Method, path: string, body?: unknown): Promise<unknown>;
}

/** How long a request is repeated that was certainly not carried out, in ms. A restart of authentik takes 5 s … */
const patience = 30_000;
/** … and minutes on a busy machine; meanwhile it says that it is starting. */
const longestPatience = 300_000;
const longestPause = 10_000;
/** From this try on a wait is told: the ones before it take about 2 s. */
const worthTelling = 3;

/** One request, and what came of it, without the `secrets` that were sent. */
export async function ask(line: Connection, request: Outgoing, secrets: readonly string[] = []): Promise<Verdict> {
  try {
    const answer = await line.send(request);
    const body = answer.status < 400 ? answer.body : without(secrets, answer.body);
    return judge(request.method, request.path, { ...answer, body });
  } catch (error) {
    if (!(error instanceof ConnectionBroken)) throw error;
    return { is: error.sent ? 'unsure' : 'again', because: error.because };
  }
}

/** Whom it asks why authentik failed, and tells that it waits. */
interface Told {
  whyCrashed?(): Promise<Failure | undefined>;
  onWait?(because: Reason | undefined): void;
}

/** Requests with the token that works; repeated as long as that can do no harm. */
export function retryClient(
  line: Connection,
  tokens: () => Promise<Tokens>,
  choice: Choice,
  clock: Clock,
  { whyCrashed, onWait }: Told,
): RetryClient {
  async function carry(method: Method, path: string, body: Body | undefined): Promise<unknown> {
    const began = clock.now();
    const strangers = new Set<keyof Tokens>();
    let lastSign = 0;
    for (let n = 0; ; n++) {
      const { which, token } = await pick(await tokens(), choice, strangers);
      const verdict = await ask(
        line,
        { method, path, token, ...(body && { body: body.content, ...(body.type && { type: body.type }) }) },
        body?.secrets,
      );
      if (n > worthTelling) onWait?.(undefined);
      if (verdict.is === 'good') {
        choice.works = which;
        return verdict.value;
      }
      if (verdict.is === 'refused') throw verdict.failure;
      if (verdict.is === 'stranger') {
        strangers.add(which);
        continue;
      }
      if (verdict.is === 'unsure' && method !== 'GET') {
        throw trouble.uncertain(method, path, body?.name, verdict.because);
      }
      const wanted = verdict.is === 'again' ? verdict.after : undefined;
      const pause = Math.min(wanted ?? 250 * 2 ** Math.min(n, 3), longestPause);
      const tried = clock.now() - began;
      lastSign = verdict.is === 'again' && verdict.lives ? tried : lastSign;
      if (tried + pause > Math.min(lastSign + patience, longestPatience)) {
        const known = verdict.is === 'unsure' && verdict.crashed ? await whyCrashed?.() : undefined;
        throw known ?? trouble.unreachable(method, path, verdict.because, tried);
      }
      if (n >= worthTelling) onWait?.(verdict.because);
      await clock.sleep(pause);
    }
  }
  return {
    read: (path) => carry('GET', path, undefined),
    change: async (method, path, body) =>
      carry(
        method,
        path,
        body instanceof FormData ? await formOf(body) : body === undefined ? undefined : bodyOf(body),
      ),
  };
}

/** The token that worked last, else our own, else the bootstrap token; none that authentik has just refused. */
async function pick(
  tokens: Tokens,
  { works }: Choice,
  strangers: ReadonlySet<keyof Tokens>,
): Promise<{ which: keyof Tokens; token: Secret }> {
  const order = works === 'bootstrap' ? (['bootstrap', 'own'] as const) : (['own', 'bootstrap'] as const);
  for (const which of order) {
    const token = tokens[which];
    if (token && !strangers.has(which)) return { which, token };
  }
  throw strangers.size > 0 ? trouble.tokenRefused() : trouble.noToken();
}

/** A body on its way out: the only place where the secrets in it are revealed. */
export interface Body {
  readonly content: string | Uint8Array;
  readonly type?: string;
  readonly secrets: readonly string[];
  /** What the person calls the thing that the body describes. */
  readonly name: string | undefined;
}

const names = ['name', 'slug', 'username', 'identifier'];

function bodyOf(value: unknown): Body {
  const secrets: string[] = [];
  const content = JSON.stringify(value, function (this: Record<string, unknown>, key: string, plain: unknown) {
    const original = this[key];
    if (!(original instanceof Secret)) return plain;
    secrets.push(original.reveal());
    return original.reveal();
  });
  const fields = value as Record<string, unknown> | undefined;
  const name = names.map((field) => fields?.[field]).find((one) => typeof one === 'string');
  return { content, secrets, name: name as string | undefined };
}

/** Node writes a form as browsers do. */
async function formOf(form: FormData): Promise<Body> {
  const written = new Response(form);
  const type = written.headers.get('content-type') ?? '';
  return { content: new Uint8Array(await written.arrayBuffer()), type, secrets: [], name: String(form.get('name')) };
}

/** Takes secrets out of an answer, as they are and as JSON writes them: authentik may repeat what it was sent. */
const without = (secrets: readonly string[], text: string): string =>
  secrets
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    .filter((secret) => secret !== '')
    .reduce((words, secret) => words.replaceAll(secret, '••••••••'), text);

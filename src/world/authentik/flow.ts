import type { Secret } from '../../model/secret.ts';
import type { HttpAnswer } from '../world.ts';
import { type Browser, redirectOf } from './browser.ts';
import * as trouble from './login-trouble.ts';

/** The fields that answer a challenge. */
export type Answer = Readonly<Record<string, unknown>>;

export interface Credentials {
  readonly username: string;
  readonly password: Secret;
  /** Answers what a password does not: a second factor. Undefined: it cannot. */
  readonly beyond?: (challenge: Challenge) => Promise<Answer | undefined>;
}

/** What a flow asks for, or says, at one of its steps. */
export interface Challenge {
  readonly component?: string;
  readonly to?: string;
  readonly token?: string;
  readonly password_fields?: boolean;
  readonly error_message?: string | null;
  readonly error?: string | null;
  /** Why the answer before was not taken. */
  readonly response_errors?: Readonly<Record<string, readonly { readonly string?: string }[]>>;
  /** An otpauth URI, where an authenticator app is to be set up. */
  readonly config_url?: string;
  /** Recovery codes that are to be. */
  readonly codes?: readonly string[];
  /** Second factors that would do; none where one has to be set up first, in one of `configuration_stages`. */
  readonly device_challenges?: readonly { readonly device_class: string }[];
  readonly configuration_stages?: readonly { readonly pk: string; readonly meta_model_name: string }[];
}

/** Stages and redirects of one flow; a login has five. */
const limit = 30;

/**
 * Drives the flow whose page is at `page` to its end.
 * @returns where it leads. Source: recording 04
 */
export async function driveFlow(browser: Browser, page: URL, who: Credentials): Promise<URL> {
  const slug = page.pathname.split('/')[3] ?? '';
  const at = new URL(`/api/v3/flows/executor/${slug}/?query=${encodeURIComponent(page.search.slice(1))}`, page);
  let answer = await settle(browser, at, await browser.visit({ url: at, headers: json }));
  let before: string | undefined;
  for (let n = 0; n < limit; n++) {
    const challenge = read(answer, slug);
    const isRefused = challenge.component === 'ak-stage-access-denied';
    if (isRefused && before === 'ak-stage-identification')
      throw trouble.loginRefused(who.username, challenge.error_message ?? '');
    before = challenge.component;
    if (challenge.component === 'xak-flow-redirect') return new URL(challenge.to ?? '/', page);
    const reply = await answerTo(challenge, slug, who);
    // Once somebody is logged in, an answer without these is met with an error that gives no reason.
    const csrf = await browser.cookie(at, 'authentik_csrf');
    const headers = {
      ...json,
      'content-type': 'application/json',
      referer: `${at.origin}/`,
      ...(csrf !== undefined && { 'x-authentik-csrf': csrf }),
    };
    const body = JSON.stringify({ component: challenge.component, ...reply });
    answer = await settle(browser, at, await browser.visit({ url: at, method: 'POST', headers, body }));
  }
  throw trouble.redirectLoop(`the flow ${slug}`, browser.steps);
}

const json = { accept: 'application/json' };

/** An accepted answer is a redirect to the same address, and after the password there are two. */
async function settle(browser: Browser, at: URL, first: HttpAnswer): Promise<HttpAnswer> {
  let answer = first;
  for (let n = 0; n < limit; n++) {
    const to = redirectOf(answer, at);
    if (!to) return answer;
    if (to.origin !== at.origin) throw trouble.outsideHost(to.origin);
    answer = await browser.visit({ url: to, headers: json });
  }
  throw trouble.redirectLoop(at.pathname, browser.steps);
}

function read({ status, body }: HttpAnswer, slug: string): Challenge {
  try {
    if (status === 200) return JSON.parse(body);
  } catch {}
  throw trouble.flowError(`the flow ${slug}`, `authentik gave HTTP ${status} where a login step was due`);
}

/** The fields that answer a challenge. Throws where it says that the login has failed, or cannot go on. */
async function answerTo(challenge: Challenge, slug: string, credentials: Credentials): Promise<Answer> {
  const { username, password, beyond } = credentials;
  const { component = '', response_errors: errors = {} } = challenge;
  const words = Object.values(errors).flatMap((list) => list.map((one) => one.string ?? ''));
  switch (component) {
    case 'ak-stage-identification':
      if (words.length > 0) throw trouble.wrongPassword(username);
      return { uid_field: username, ...(challenge.password_fields && { password: password.reveal() }) };
    case 'ak-stage-password':
      if (words.length > 0) throw trouble.wrongPassword(username);
      return { password: password.reveal() };
    case 'ak-stage-consent':
      if (words.length > 0) throw trouble.flowError('the consent', words.join(' '));
      return { token: challenge.token };
    case 'ak-stage-user-login':
      return { remember_me: false };
    case 'ak-stage-access-denied':
      throw trouble.accessDenied(username, challenge.error_message ?? '');
    case 'ak-stage-flow-error':
      throw trouble.flowError(`the flow ${slug}`, challenge.error ?? 'authentik gives no reason');
  }
  if (component.startsWith('ak-stage-authenticator')) {
    const isNew = (challenge.device_challenges ?? []).length === 0;
    return (await beyond?.(challenge)) ?? fail(trouble.secondFactor(username, isNew));
  }
  throw trouble.flowError(`the flow ${slug}`, `it asks for "${component}", which homeauth cannot answer`);
}

function fail(failure: Error): never {
  throw failure;
}

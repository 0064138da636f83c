import { Failure, Uncertain } from '../../model/failure.ts';
import type { Reason } from '../../model/reason.ts';
import type { Method } from './answer.ts';

const shorter = (path: string): string => path.replace(/^\/api\/v3\//, '').replace(/\/?(\?.*)?$/, '');

export const tokenRefused = (): Failure =>
  new Failure({
    code: 'token-refused',
    problem: "authentik does not know homeauth's token.",
    why: 'It was deleted or given another key in authentik, or the file with the key is not the one that was saved.',
    fix: [
      'Log in to authentik as an admin; in the admin interface, under Directory > Tokens and App passwords, copy the key of "homeauth".',
      'Write it into .homeauth/token.env beside homeauth.yaml, as the one line  HOMEAUTH_TOKEN=KEY  and run the command again.',
      'If there is no token "homeauth" any more, put the database back from a backup, or make that token there: user "homeauth", intent API, not expiring.',
    ],
  });

export const noToken = (): Failure =>
  new Failure({
    code: 'token-missing',
    problem: 'homeauth has no token for authentik.',
    why: "Neither its own token's file nor the bootstrap token's is there.",
    fix: "Put homeauth's token file back from a backup, then run the command again.",
  });

export const withoutRights = (method: Method, path: string, detail: string): Failure =>
  new Failure({
    code: 'token-without-rights',
    problem: `authentik accepts homeauth's token, but does not allow it ${what(method, path)}.`,
    ...(detail !== '' && { why: `authentik says: ${detail}` }),
    fix: 'In authentik, open Directory > Users, and put the user "homeauth" into the group "authentik Admins".',
  });

export const rejected = (method: Method, path: string, words: string): Failure =>
  new Failure({
    code: 'authentik-rejects',
    problem: `authentik did not accept ${what(method, path)}.`,
    why: `authentik says: ${words.slice(0, 600)}`,
    fix: 'Change what it names in homeauth.yaml, then run the command again.',
    // Its word for: no brand names a flow for it.
    ...(/no recovery flow/i.test(words) && { because: { code: 'no-recovery-flow', says: words } }),
  });

export const notFound = (path: string): Failure =>
  new Failure({
    code: 'authentik-not-found',
    problem: `authentik has nothing at ${shorter(path)}.`,
    why: 'It was deleted a moment ago, or this release of authentik does not have it.',
    fix: 'Run the command again: it looks anew.',
  });

export const strange = (method: Method, path: string, status: number): Failure =>
  new Failure({
    code: 'authentik-strange',
    problem: `What answers as authentik gave HTTP ${status} to ${what(method, path)}.`,
    why: 'authentik does not answer like that: something else may listen at its address, or stand in between.',
    fix: 'See what runs there: docker ps --filter name=authentik',
  });

/** HTTP 200, and something in it that authentik does not send. */
export const misshapen = (method: Method, path: string, where: string): Failure =>
  new Failure({
    code: 'authentik-strange',
    problem: `What answers as authentik gave something else than asked for to ${what(method, path)}: ${where} is not as authentik sends it.`,
    why: 'Something else may listen at its address, or stand in between.',
    fix: 'See what runs there: docker ps --filter name=authentik',
  });

/** `tried`: for how long, in ms. */
export const unreachable = (method: Method, path: string, because: Reason, tried: number): Failure =>
  new Failure({
    code: 'authentik-unreachable',
    problem: `${because.says}: ${what(method, path)} could not be done.`,
    why: `It was tried for ${Math.round(tried / 1000)} s, and nothing was changed by it.`,
    fix: ['See what it does:  docker logs --tail 50 authentik', 'Then run the same command again.'],
  });

export const pagesMove = (path: string): Failure =>
  new Failure({
    code: 'authentik-pages',
    problem: `authentik's list of ${shorter(path)} could not be read as a whole.`,
    why: 'Its pages did not fit together, three times over: somebody may be changing it right now.',
    fix: 'Run the command again in a minute.',
  });

/** Whether a change was carried out is not known. `name` is what the person calls the thing. */
export const uncertain = (method: Method, path: string, name: string | undefined, because: Reason): Uncertain =>
  new Uncertain({
    code: 'authentik-uncertain',
    problem: `authentik did not confirm ${what(method, path)}${name ? ` of "${name}"` : ''}: ${because.says}.`,
    why: 'It may have been carried out all the same.',
    fix: 'Run the command again: it looks first, and does only what is missing.',
  });

const what = (method: Method, path: string): string => `${method} ${shorter(path)}`;

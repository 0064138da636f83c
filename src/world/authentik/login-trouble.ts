import { Failure } from '../../model/failure.ts';

export const wrongPassword = (username: string): Failure =>
  new Failure({
    code: 'wrong-password',
    problem: `authentik does not accept this password for "${username}".`,
    why: 'It is mistyped, it was changed since, or the account is disabled.',
    fix: `Run the same command again with the right one. To set a new one: homeauth user password ${username}`,
  });

/** `isNew`: there is none yet, and the login wants one to be set up first. */
export const secondFactor = (username: string, isNew: boolean): Failure =>
  new Failure({
    code: 'second-factor-asked',
    problem: `authentik took the password of "${username}" and ${isNew ? 'requires a second factor to be set up' : 'asks for a second factor'}.`,
    why: 'As it should: up to here the login works, and the rest only the owner of the device can do.',
    fix: isNew
      ? `homeauth user enroll-2fa ${username}`
      : 'Nothing has to be done. To see the whole way, log in with a browser.',
  });

/** `words`: what authentik shows. */
export const loginRefused = (username: string, words: string): Failure =>
  new Failure({
    code: 'login-refused',
    problem: `authentik does not let "${username}" try a password.`,
    ...(words !== '' && { why: `authentik says: ${words}` }),
    fix: `Where a wrong one was typed too often: homeauth user unlock ${username}`,
  });

export const accessDenied = (username: string, words: string): Failure =>
  new Failure({
    code: 'access-denied',
    problem: `authentik does not let "${username}" in here.`,
    ...(words !== '' && { why: `authentik says: ${words}` }),
    fix: `Put "${username}" into the group that the app is bound to, or take the group off the app in homeauth.yaml.`,
  });

export const flowError = (where: string, because: string): Failure =>
  new Failure({
    code: 'flow-error',
    problem: `The login broke at ${where}: ${because}.`,
    fix: 'See what authentik logged at that moment: docker logs --tail 50 authentik',
  });

export const redirectLoop = (where: string, steps: readonly string[]): Failure =>
  new Failure({
    code: 'redirect-loop',
    problem: `The login redirects in a loop at ${where}.`,
    why: "Most often authentik's own host is guarded by forward auth, or authentik sees another host or scheme than the browser.",
    details: steps.slice(-8).join('\n'),
    fix: 'Compare the Caddy configuration with what homeauth would write: homeauth plan',
  });

export const landedInLibrary = (wanted: string): Failure =>
  new Failure({
    code: 'landed-in-library',
    problem: `After the login authentik shows its own library, not ${wanted}.`,
    why: 'It lost where the visitor came from: the app reaches the outpost under another host or scheme than the browser.',
    fix: 'Compare the Caddy configuration with what homeauth would write: homeauth plan',
  });

export const outsideHost = (target: string): Failure =>
  new Failure({
    code: 'outside-host',
    problem: `The login leads to ${target}, and homeauth does not carry a password there.`,
    why: "It follows the app's own address and authentik's only, and never from https back to http.",
    fix: "Check the embedded outpost's authentik_host and the provider's external host: homeauth plan",
  });

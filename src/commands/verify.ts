import type { VerifyFlags } from '../cli/apps.ts';
import type { App } from '../config/config.ts';
import { isSpeaker } from '../config/oidc.ts';
import { verifyAll, verifyAsOutsider, verifyAsOwner, verifyClients } from '../doctor/verify.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import type { Installation } from '../installation/installation.ts';
import { type ExitCode, Failure } from '../model/failure.ts';
import type { Finding } from '../model/finding.ts';
import type { Secret } from '../model/secret.ts';
import { appNamed } from '../people/access.ts';
import { answersOf } from '../people/second-factor/answers.ts';
import { findingsData, proof } from '../report/findings.ts';
import { isAboutName } from '../verify/name.ts';
import type { Visitor } from '../verify/visit.ts';
import { isPasswordWrong, passwordAtHand, provenWith } from './password.ts';
import { begin, type Screen } from './screen.ts';
import { enrolmentPrompts } from './user/enrolment-prompts.ts';

/**
 * `homeauth verify [NAME]`: all proofs, of all apps or of one; the owner's login only with --as-owner. Names are told by
 * what changes them, by the doctor, and with -v.
 */
export async function verify(name: string | undefined, flags: VerifyFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('verify', flags, runtime);
  const app = name === undefined ? undefined : appNamed(installation, name);
  const apps = app ? [app] : installation.config.apps;
  if (flags.asOwner && !app) throw nameless();
  const owner = flags.asOwner ? await ownerAtHand(installation, flags, runtime, screen) : undefined;
  const findings: readonly Finding[] = [
    ...(owner && app
      ? await provenWith(owner.password, installation, (password) => proveAsOwner(installation, app, owner, password))
      : await verifyAll(installation, { apps })),
    ...(await verifyClients(installation, apps)),
    ...(flags.asOutsider ? await verifyAsOutsider(installation) : []),
  ];
  const ok = findings.every(({ status }) => status !== 'fail');
  const verbose = flags.verbose ?? false;
  const shown = verbose ? findings : findings.filter((found) => !isAboutName(found));
  return screen.result(proof(shown, screen.paper, verbose), findingsData(findings), ok);
}

/** All proofs of an app, with its owner's login. A wrong password is tried once: authentik counts. */
async function proveAsOwner(
  installation: Installation,
  app: App,
  owner: Visitor,
  password: Secret | undefined,
): Promise<readonly Finding[]> {
  if (!password) throw passwordMissing(owner.username);
  const home = await verifyAll(installation, { apps: [], password });
  if (home.some(isPasswordWrong)) return home;
  return [
    ...home,
    ...(await verifyAll(installation, { apps: [app], appsOnly: true, password })),
    ...(isSpeaker(app) ? await verifyAsOwner(installation, app, { ...owner, password }) : []),
  ];
}

/** The owner, with their password, and whoever sits at the terminal for a code. */
export async function ownerAtHand(
  installation: Installation,
  flags: Pick<VerifyFlags, 'adminPasswordFile'>,
  runtime: Runtime,
  screen: Screen,
): Promise<Visitor> {
  const { username } = installation.config.admin;
  const password = await passwordAtHand(installation, flags, runtime);
  if (!password) throw passwordMissing(username);
  if (!runtime.terminal.interactive) return { username, password };
  const { beyond } = answersOf(username, enrolmentPrompts(runtime, username, screen));
  // A code is asked for; a second factor is not set up on the way.
  const isCode: typeof beyond = async (challenge) =>
    (challenge.device_challenges ?? []).length > 0 ? beyond(challenge) : undefined;
  return { username, password, beyond: isCode };
}

const passwordMissing = (username: string): Failure =>
  new Failure({
    code: 'answer-missing',
    problem: `The password of ${username} is missing.`,
    why: 'homeauth logs in to the app as you.',
    fix: 'Add --admin-password-file FILE, or run it at a terminal.',
  });

const nameless = (): Failure =>
  new Failure({
    code: 'answer-missing',
    problem: 'Name the app that is to be logged in to.',
    why: 'With --as-owner you get an account in it.',
    fix: 'homeauth verify NAME --as-owner',
  });

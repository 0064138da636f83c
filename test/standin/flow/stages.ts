import type { PlanStep } from '../state-flows.ts';
import { confirmMail, consent, grant } from './consent.ts';
import { email } from './email.ts';
import { enrolStatic, enrolTotp } from './enrol.ts';
import { invitation } from './invitation.ts';
import { identification, login, password } from './login.ts';
import { logout, sessionEnd } from './logout.ts';
import { prompt } from './prompt.ts';
import { closeSetup, deny, dummy } from './simple.ts';
import type { Stage } from './stage.ts';
import { validate } from './validate.ts';
import { userWrite } from './write.ts';

/** What each kind of stage does. */
export const STAGES: Readonly<Record<string, Stage>> = {
  identification,
  password,
  'authenticator/validate': validate,
  'authenticator/totp': enrolTotp,
  'authenticator/static': enrolStatic,
  user_login: login,
  user_logout: logout,
  user_write: userWrite,
  'prompt/stages': prompt,
  email,
  'invitation/stages': invitation,
  consent,
  deny,
  dummy,
};

/** Stages that live only in a plan. */
export const OWN: Readonly<Record<NonNullable<PlanStep['own']>, Stage>> = {
  'confirm-mail': confirmMail,
  grant,
  'session-end': sessionEnd,
  'close-setup': closeSetup,
};

import { consent, grant } from './consent.ts';
import { identification, login, password, secondFactor } from './login.ts';
import { logout, sessionEnd } from './logout.ts';
import { setupDone, setupPrompt, setupWrite } from './setup.ts';
import type { Stage } from './stage.ts';

/** The stages of each flow that the stand-in can run. */
export const PROGRAMS: Readonly<Record<string, readonly Stage[]>> = {
  'default-authentication-flow': [identification, password, secondFactor, login],
  'default-provider-authorization-explicit-consent': [consent, grant],
  'default-provider-authorization-implicit-consent': [grant],
  'default-provider-invalidation-flow': [sessionEnd],
  'default-invalidation-flow': [logout],
  'initial-setup': [setupPrompt, setupWrite, login, setupDone],
};

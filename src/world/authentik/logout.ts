import { Failure } from '../../model/failure.ts';
import type { Browser } from './browser.ts';

/** An answer may be lost. */
const attempts = 3;

/**
 * Ends the session whose cookie this browser holds, and no other; authentik tells the outposts, so that their sessions
 * end, too. Source: recording 04
 * @returns whether authentik has taken the cookie back
 */
export async function logOut(browser: Browser, home: URL): Promise<boolean> {
  const at = new URL('/api/v3/flows/executor/default-invalidation-flow/?query=', home);
  const isIn = async () => (await browser.cookie(home, 'authentik_session')) !== undefined;
  for (let n = 0; n < attempts && (await isIn()); n++) {
    await browser.visit({ url: at, headers: { accept: 'application/json' } }).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
    });
  }
  return !(await isIn());
}

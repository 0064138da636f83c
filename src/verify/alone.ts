import { believesHeader } from '../config/app-login.ts';
import type { App } from '../config/config.ts';
import { type Finding, ok, wrong } from '../model/finding.ts';
import { notAlone, seenBy } from '../proxy/alone.ts';
import type { ProbeContext } from './probe.ts';

/** Can anybody beside Caddy send an app the header that it believes? */
export async function proveAlone({ world, entrance }: ProbeContext, app: App): Promise<Finding[]> {
  const { container, unasked } = entrance;
  if (!believesHeader(app) || container === undefined) return [];
  const issue = notAlone(
    app,
    await seenBy(world.docker, [app]),
    { container, own: false, ...(unasked && { unasked }) },
    { is: 'now', served: [] },
  );
  const title = `nobody but Caddy can tell ${app.name} who somebody is`;
  return [issue ? wrong({ id: issue.code, title }, 'fail', issue) : ok({ id: 'header-shared', title })];
}

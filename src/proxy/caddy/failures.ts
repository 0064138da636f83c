import { Failure } from '../../model/failure.ts';
import type { CaddySpec } from '../../model/resource.ts';
import type { ExecResult } from '../../world/docker/docker.ts';
import { complaint } from './command.ts';

export const gone = (container: string): Failure =>
  new Failure({
    code: 'caddy-gone',
    problem: `The container ${container} with Caddy in it is not there any more.`,
    fix: 'Start it again, or name another one: caddy-container: NAME in homeauth.yaml.',
  });

export const stale = ({ container, caddyfile: { inside, outside } }: CaddySpec): Failure =>
  new Failure({
    code: 'caddyfile-stale',
    problem: `Caddy in the container ${container} does not see ${outside} as it is now.`,
    why: `An editor replaced the file since the container was started, and ${inside} is still the former one.`,
    fix: `Let it see the new one: docker restart ${container}`,
  });

export const unseen = ({ container, how }: CaddySpec): Failure =>
  new Failure({
    code: 'caddy-unseen',
    problem: `Caddy says that it has reloaded, and its running configuration in ${container} is without homeauth's part.`,
    ...(how === 'block' && { why: 'It may still see a former file in place of its Caddyfile.' }),
    fix: `Restart it, then run the command again: docker restart ${container}`,
  });

export const refused = (result: ExecResult): Failure =>
  new Failure({ code: 'caddy-refused', problem: complaint(result), fix: 'Correct what Caddy names.' });

export const brokenBefore = (path: string, details: string): Failure =>
  new Failure({
    code: 'caddyfile-broken',
    problem: `Caddy does not accept ${path} as it is, without homeauth's part.`,
    why: 'Nothing was changed; Caddy goes on with what it loaded last.',
    details,
    fix: `Mend ${path}, then run the command again.`,
  });

export const snippetTaken = (path: string): Failure =>
  new Failure({
    code: 'snippet-taken',
    problem: `${path} has a snippet named (authentik) of its own.`,
    why: "homeauth's snippet has that name too, in a form that forged headers do not get through.",
    fix: `Take the snippet out of ${path}, and the sites that import it. Then give those apps to homeauth: homeauth add-app`,
  });

/** Caddy takes the user's text alone, or does not either: whose fault it is. */
export function refusedWhole(path: string, whole: string, alone: string | undefined): Failure {
  if (alone !== undefined) return brokenBefore(path, alone);
  if (/declar\w+ snippet authentik\b/.test(whole)) return snippetTaken(path);
  return new Failure({
    code: 'caddyfile-no-room',
    problem: `Caddy accepts ${path}, but not together with homeauth's part at its end.`,
    why: 'Nothing was changed. A Caddyfile with one site and no braces around it, for one, cannot be followed by another site.',
    details: whole,
    fix: `Put braces around the site in ${path}, or correct what Caddy names, then run the command again.`,
  });
}

export const hostTaken = (path: string, hosts: readonly string[]): Failure =>
  new Failure({
    code: 'host-taken',
    problem: `${path} already serves ${hosts.join(', ')} by itself.`,
    why: 'Of two sites for one name, the one without a login must not win.',
    fix: `Take ${hosts.length === 1 ? 'that site' : 'those sites'} out of ${path}, then run the command again: homeauth serves ${hosts.length === 1 ? 'it' : 'them'} from then on.`,
  });

export const cannotBeAsked = (path: string, option: string, container: string): Failure =>
  new Failure({
    code: 'caddy-cannot-be-asked',
    problem: `${path} says "${option}".`,
    why: 'homeauth could then not reload Caddy, or not see what it runs.',
    fix: `Take "${option}" out and restart Caddy: docker restart ${container}. Or set proxy: manual in homeauth.yaml.`,
  });

import { exitCodes, Failure } from '../../model/failure.ts';
import type { CaddyPlace, CaddySpec } from '../../model/resource.ts';
import { bySetting } from '../../model/setting.ts';
import type { ExecResult } from '../../world/docker/docker.ts';
import type { Difference } from './configuration.ts';
import type { Lost } from './sites-answer.ts';
import { complaint, wordsFor } from './words.ts';

export const gone = ({ container, ...place }: CaddyPlace): Failure =>
  new Failure({
    code: 'caddy-gone',
    problem:
      container === undefined
        ? 'Caddy does not run on this server any more.'
        : `The container ${container} with Caddy in it does not run any more.`,
    ...bySetting(({ to }) =>
      container === undefined
        ? `Start it again: ${wordsFor(place).start}`
        : `Start it again (docker start ${container}), or name another one: ${to('caddy-container', 'NAME')}`,
    ),
  });

export const stale = ({ caddyfile: { outside }, ...place }: CaddySpec): Failure =>
  new Failure({
    code: 'caddyfile-stale',
    problem: `${wordsFor(place).name} does not see ${outside} as it is now.`,
    why: 'The file or its folder was replaced since the container was started, by an editor for example, and the container still has the former one.',
    fix: `Restart it, so that it reads the new one: ${wordsFor(place).restart}`,
  });

export const unseen = ({ how, ...place }: CaddySpec): Failure =>
  new Failure({
    code: 'caddy-unseen',
    problem: `${wordsFor(place).name} says that it has reloaded, but what it runs does not contain homeauth's part.`,
    ...(how === 'block' && { why: 'It may still see a former file in place of its Caddyfile.' }),
    fix: `Restart it, then run the command again: ${wordsFor(place).restart}`,
  });

export const refused = (result: ExecResult): Failure =>
  new Failure({ code: 'caddy-refused', problem: complaint(result), fix: 'Correct what Caddy names.' });

export const brokenBefore = (path: string, details: string): Failure =>
  new Failure({
    code: 'caddyfile-broken',
    problem: `Caddy does not accept ${path} as it is, without homeauth's part.`,
    why: 'Nothing was changed. Caddy keeps running what it loaded last.',
    details,
    fix: `Correct ${path}, then run the command again.`,
  });

export const snippetTaken = (path: string): Failure =>
  new Failure({
    code: 'snippet-taken',
    problem: `${path} has a snippet named (authentik) of its own.`,
    why: "homeauth's snippet has the same name; it also stops forged headers.",
    fix: `Remove the snippet and the sites that import it from ${path}. Then add those apps with: homeauth add-app`,
  });

/** Caddy takes the user's text alone, or does not either: whose fault it is. */
export function refusedWhole(path: string, whole: string, alone: string | undefined): Failure {
  if (alone !== undefined) return brokenBefore(path, alone);
  if (/declar\w+ snippet authentik\b/.test(whole)) return snippetTaken(path);
  return new Failure({
    code: 'caddyfile-no-room',
    problem: `Caddy accepts ${path}, but not together with homeauth's part at its end.`,
    why: 'Nothing was changed. For example, after a site without braces Caddy accepts no second site.',
    details: whole,
    fix: `Put braces around the site in ${path}, or correct what Caddy names, then run the command again.`,
  });
}

/** `authHost`: the login page's own name, where it is among them. */
export const hostTaken = (path: string, hosts: readonly string[], authHost: string | undefined): Failure => {
  const [those, them] = hosts.length === 1 ? ['that site', 'it'] : ['those sites', 'them'];
  const out = `Take ${those} out of ${path}, then run the command again: homeauth serves ${them} from then on.`;
  return new Failure({
    code: 'host-taken',
    problem: `${path} already serves ${hosts.join(', ')} by itself.`,
    why: 'With two sites for one name, visitors could get the one without a login.',
    ...bySetting(({ to }) =>
      authHost === undefined
        ? [out, `Or keep what it says, behind the login: homeauth protect ${hosts[0]}`]
        : [
            out,
            `Or keep it, and give the login page another name: ${to('auth-host', `login.${authHost.replace(/^[^.]*\./, '')}`)}`,
          ],
    ),
  });
};

export const cannotBeAsked = (path: string, option: string, place: CaddyPlace): Failure =>
  new Failure({
    code: 'caddy-cannot-be-asked',
    problem: `${path} says "${option}".`,
    why: 'With it, homeauth cannot reload Caddy or see what it runs.',
    ...bySetting(
      ({ to }) => `Take "${option}" out and restart Caddy: ${wordsFor(place).restart}. Or set ${to('proxy', 'manual')}`,
    ),
  });

/** What a reload would do beside what homeauth wants. */
export const notWhatItRuns = (
  place: CaddyPlace,
  { inside, outside }: CaddySpec['caddyfile'],
  { gone, fresh, changed }: Difference,
  hasEnvFiles: boolean,
): Failure =>
  new Failure({
    code: 'caddy-runs-other',
    problem: `${wordsFor(place).name} does not run what ${outside} says.`,
    why: "The file was changed and not loaded since, or Caddy reads another file. Loading it now would also change sites that are not homeauth's. Nothing was changed.",
    details: [
      ...gone.map((name) => `${name}: Caddy serves it, and the file does not have it`),
      ...fresh.map((name) => `${name}: the file has it, and Caddy does not serve it`),
      ...changed.map((name) => `${name}: not the same in the two`),
    ].join('\n'),
    fix: [
      'If the file is right, load it, and look whether your sites are as they should be:',
      // A reload would be without the variables of --envfile.
      `  ${hasEnvFiles ? wordsFor(place).restart : wordsFor(place).reload(inside)}`,
      'Then run the command again.',
    ],
  });

export const incomplete = (path: string, hosts: readonly string[]): Failure =>
  new Failure({
    code: 'caddyfile-no-room',
    problem: `With homeauth's part in it, ${path} leaves out ${hosts.join(', ')}.`,
    fix: `Look at the import lines in ${path}, then run the command again.`,
  });

export const siteLost = (lost: readonly Lost[], path: string): Failure =>
  new Failure({
    code: 'site-lost',
    problem: `With homeauth's part in ${path}, ${lost.map(({ host }) => host).join(', ')} no longer ${lost.length === 1 ? 'answers as it' : 'answer as they'} did.`,
    details: lost.map(({ host, before, after }) => `${host}: ${before} before, ${after} after`).join('\n'),
    fix: `Look at how ${path} serves ${lost.length === 1 ? 'it' : 'them'}, then run the command again.`,
  });

/** Everything is put back, and these sites still do not answer as before. */
export const notBack = (
  lost: readonly Lost[],
  { why, details }: { readonly why: string; readonly details: readonly string[] },
  place: CaddyPlace,
): Failure => {
  const hosts = lost.map(({ host }) => host).join(', ');
  return new Failure({
    code: 'site-not-back',
    problem: `${hosts} ${lost.length === 1 ? 'does not answer as it' : 'do not answer as they'} did, also now that homeauth's part is taken back.`,
    why,
    details: [...details, ...lost.map(({ host, before, after }) => `${host}: ${before} before, ${after} now`)],
    fix: [
      `Look whether what is behind ${lost.length === 1 ? 'it' : 'them'} runs, and at Caddy's log: ${wordsFor(place).log}`,
      `If that says nothing, start Caddy anew: ${wordsFor(place).restart}`,
    ],
    exit: exitCodes.halfway,
  });
};

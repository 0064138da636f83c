import type { CaddySpec } from '../../model/resource.ts';
import { type Configuration, configurationIn, hostsIn, ownersSites } from './configuration.ts';
import { brokenBefore, cannotBeAsked, hostTaken, refused, snippetTaken } from './failures.ts';
import type { Instance } from './instance.ts';
import { withoutCertificates } from './listeners.ts';
import { noCertificates } from './unfit.ts';
import { complaint } from './words.ts';

/**
 * The user's own text, turned into JSON. Undefined where this Caddy cannot do that with a text that is in no file.
 * @throws Failure where Caddy does not understand the user's own text
 */
export async function adaptOwn(
  own: string,
  caddy: Pick<Instance, 'run'>,
  path: string,
): Promise<Configuration | undefined> {
  if (own.trim() === '') return {};
  const result = await caddy.run(['adapt', '--config', '-', '--adapter', 'caddyfile'], own);
  if (result.code === 0) return configurationIn(result.stdout);
  // Until 2.10 it reads files alone, and takes "-" for the name of one.
  if (/open -: no such file/.test(result.stderr)) return undefined;
  throw brokenBefore(path, complaint(result));
}

/** A Caddyfile in its own place, with all that it imports, as JSON. @throws Failure with Caddy's words */
export async function adaptFile(inside: string, caddy: Pick<Instance, 'run'>): Promise<Configuration> {
  const result = await caddy.run(['adapt', '--config', inside, '--adapter', 'caddyfile']);
  if (result.code !== 0) throw refused(result);
  return configurationIn(result.stdout);
}

/** What Caddy has against a text; undefined where it accepts it. */
export async function isAccepted(text: string, caddy: Pick<Instance, 'run'>): Promise<string | undefined> {
  if (text.trim() === '') return undefined;
  const result = await caddy.run(['validate', '--config', '-', '--adapter', 'caddyfile'], text);
  return result.code === 0 ? undefined : complaint(result);
}

/** `own`: without the sites that are put aside. @throws Failure where the user's own text leaves no room for ours */
export function checkRoom(own: string, adapted: Configuration | undefined, want: CaddySpec): void {
  const path = want.caddyfile.outside;
  if (/^[^\S\n]*\(authentik\)[^\S\n]*\{/m.test(own)) throw snippetTaken(path);
  if (adapted?.admin?.disabled) throw cannotBeAsked(path, 'admin off', want);
  if (adapted?.admin?.config?.persist === false) throw cannotBeAsked(path, 'persist_config off', want);
  if (!want.overHttp && adapted && withoutCertificates(adapted)) throw noCertificates(path);
  const served = hostsIn(adapted);
  const isServed = (host: string) =>
    adapted
      ? served.has(host) && !(want.replaces.includes(host) && winsOver(adapted, host, want))
      : mentions(own, host);
  const hosts = want.sites.map(({ host }) => host);
  const twice = hosts.filter(isServed);
  // The login page's site is the first of ours.
  if (twice.length > 0) throw hostTaken(path, twice, twice[0] === hosts[0] ? hosts[0] : undefined);
}

/**
 * Whether a site for this host alone is asked before all that the owner has for it: what they say about it inside of a
 * site for more hosts, like `*.example.com`, comes later, unless that is for plain http and ours is not.
 */
function winsOver(adapted: Configuration, host: string, { overHttp }: CaddySpec): boolean {
  const plain = `:${adapted.apps?.http?.http_port ?? 80}`;
  return ownersSites(adapted, new Set()).every(
    ({ hosts, listen, route }) =>
      !hosts.includes(host) &&
      (overHttp || !listen.some((one) => one.endsWith(plain)) || !JSON.stringify(route).includes(JSON.stringify(host))),
  );
}

/** Whether a Caddyfile has this name in it, comments apart: all that can be told without Caddy's help. */
const mentions = (caddyfile: string, host: string): boolean =>
  caddyfile
    .replace(/(^|\s)#.*$/gm, '')
    .split(/[\s,{}]+/)
    .some((word) => word.replace(/^https?:\/\//, '').replace(/:\d+$/, '') === host);

import type { CaddySpec } from '../../model/resource.ts';
import { type CaddyCommand, complaint } from './command.ts';
import { brokenBefore, cannotBeAsked, hostTaken, snippetTaken } from './failures.ts';

/** What the user's own part of the Caddyfile is in Caddy's JSON. */
export interface Adapted {
  readonly admin?: { readonly disabled?: boolean; readonly config?: { readonly persist?: boolean } };
}

/**
 * The user's own text, turned into JSON. Undefined where this Caddy cannot do that with a text that is in no file.
 * @throws Failure where Caddy does not understand the user's own text
 */
export async function adaptOwn(own: string, caddy: CaddyCommand, path: string): Promise<Adapted | undefined> {
  if (own.trim() === '') return {};
  const result = await caddy.run(['adapt', '--config', '-', '--adapter', 'caddyfile'], own);
  if (result.code === 0) return JSON.parse(result.stdout) as Adapted;
  // Until 2.10 it reads files alone, and takes "-" for the name of one.
  if (/open -: no such file/.test(result.stderr)) return undefined;
  throw brokenBefore(path, complaint(result));
}

/** What Caddy has against a text; undefined where it accepts it. */
export async function isAccepted(text: string, caddy: CaddyCommand): Promise<string | undefined> {
  if (text.trim() === '') return undefined;
  const result = await caddy.run(['validate', '--config', '-', '--adapter', 'caddyfile'], text);
  return result.code === 0 ? undefined : complaint(result);
}

/** @throws Failure where the user's own text leaves no room for ours */
export function checkRoom(own: string, adapted: Adapted | undefined, want: CaddySpec): void {
  const path = want.caddyfile.outside;
  if (/^[^\S\n]*\(authentik\)[^\S\n]*\{/m.test(own)) throw snippetTaken(path);
  if (adapted?.admin?.disabled) throw cannotBeAsked(path, 'admin off', want.container);
  if (adapted?.admin?.config?.persist === false) throw cannotBeAsked(path, 'persist_config off', want.container);
  const served = hostsIn(adapted);
  const isServed = (host: string) => (adapted ? served.has(host) : mentions(own, host));
  const twice = want.sites.map(({ host }) => host).filter(isServed);
  if (twice.length > 0) throw hostTaken(path, twice);
}

/** Whether a Caddyfile has this name in it, comments apart: all that can be told without Caddy's help. */
const mentions = (caddyfile: string, host: string): boolean =>
  caddyfile
    .replace(/(^|\s)#.*$/gm, '')
    .split(/[\s,{}]+/)
    .some((word) => word.replace(/^https?:\/\//, '').replace(/:\d+$/, '') === host);

/** Every host that a route of this configuration is for, however deep. */
function hostsIn(configuration: unknown): Set<string> {
  if (Array.isArray(configuration)) return new Set(configuration.flatMap((value) => [...hostsIn(value)]));
  if (typeof configuration !== 'object' || configuration === null) return new Set();
  return new Set(
    Object.entries(configuration).flatMap(([key, value]) => {
      const matchers: unknown[] = key === 'match' && Array.isArray(value) ? value : [];
      const here = matchers.flatMap((matcher) => (matcher as { host?: string[] }).host ?? []);
      return [...here, ...hostsIn(value)];
    }),
  );
}

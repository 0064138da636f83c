import { caddyImages, oldestCaddy } from '../../model/caddy.ts';
import { Failure } from '../../model/failure.ts';
import { isOlder } from '../../model/release.ts';
import type { CaddyPlace, CaddySpec } from '../../model/resource.ts';
import { bySetting } from '../../model/setting.ts';
import type { Instance } from './instance.ts';
import { wordsFor } from './words.ts';

/** The release in `v2.11.4 h1:…` or `2.11.4`; undefined for a build that does not say. */
export const releaseIn = (version: string): string | undefined => /^v?(\d+\.\d+\.\d+)/.exec(version.trim())?.[1];

/** @throws Failure where this Caddy cannot carry our text: too old, without a module, without a variable */
export async function checkAbility(want: CaddySpec, caddy: Instance): Promise<void> {
  const release = releaseIn((await caddy.run(['version'])).stdout);
  if (release && isOlder(release, oldestCaddy)) throw tooOld(want, release);
  if (want.modules.length === 0) return;
  const there = (await caddy.run(['list-modules'])).stdout.split(/\s+/);
  for (const { name, variable } of want.modules) {
    const provider = name.slice(name.lastIndexOf('.') + 1);
    if (!there.includes(name)) throw noModule(want, provider);
    if (!caddy.environment[variable]) throw noVariable(want, provider, variable);
  }
}

const tooOld = (place: CaddyPlace, release: string): Failure =>
  new Failure({
    code: 'caddy-too-old',
    problem: `${wordsFor(place).name} is ${release}; homeauth needs ${oldestCaddy} or newer.`,
    why: 'In older releases a snippet takes no arguments.',
    fix:
      place.container === undefined
        ? 'Install a newer Caddy (caddyserver.com/docs/install), then run the command again.'
        : `Set its image to ${caddyImages.plain}, recreate it (docker compose up -d), then run the command again.`,
  });

const noModule = (place: CaddyPlace, provider: string): Failure =>
  new Failure({
    code: 'caddy-module-missing',
    problem: `${wordsFor(place).name} has no module for ${provider}, which certificates by DNS at ${provider} need.`,
    why: 'The official builds have no DNS modules.',
    ...bySetting(({ to }) => {
      const install =
        place.container === undefined
          ? 'Install a Caddy with it (caddyserver.com/download)'
          : `Set its image to ${caddyImages.cloudflare}, recreate it (docker compose up -d)`;
      return `${install}, then run the command again. Or do without: ${to('tls', 'auto')}`;
    }),
  });

const noVariable = (place: CaddyPlace, provider: string, variable: string): Failure =>
  new Failure({
    code: 'caddy-variable-missing',
    problem: `${wordsFor(place).name} has no variable ${variable}, which certificates by DNS at ${provider} need.`,
    why: 'Variables are read when it starts, so a reload is not enough.',
    fix:
      place.container === undefined
        ? `Give it ${variable} (systemctl edit caddy, EnvironmentFile=), then: ${wordsFor(place).restart}`
        : `Add ${variable} to its environment in its compose file and recreate it: docker compose up -d`,
  });

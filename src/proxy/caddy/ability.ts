import { caddyImages, oldestCaddy } from '../../model/caddy.ts';
import { Failure } from '../../model/failure.ts';
import { isOlder } from '../../model/release.ts';
import type { CaddySpec } from '../../model/resource.ts';
import { bySetting } from '../../model/setting.ts';
import type { ContainerDetails } from '../../world/docker/docker.ts';
import type { CaddyCommand } from './command.ts';

/** The release in `v2.11.4 h1:…` or `2.11.4`; undefined for a build that does not say. */
export const releaseIn = (version: string): string | undefined => /^v?(\d+\.\d+\.\d+)/.exec(version.trim())?.[1];

/** @throws Failure where this Caddy cannot carry our text: too old, without a module, without a variable */
export async function checkAbility(want: CaddySpec, caddy: CaddyCommand, details: ContainerDetails): Promise<void> {
  const release = releaseIn((await caddy.run(['version'])).stdout);
  if (release && isOlder(release, oldestCaddy)) throw tooOld(want.container, release);
  if (want.modules.length === 0) return;
  const there = (await caddy.run(['list-modules'])).stdout.split(/\s+/);
  for (const { name, variable } of want.modules) {
    const provider = name.slice(name.lastIndexOf('.') + 1);
    if (!there.includes(name)) throw noModule(want.container, provider);
    if (!details.environment[variable]) throw noVariable(want.container, provider, variable);
  }
}

const tooOld = (container: string, release: string): Failure =>
  new Failure({
    code: 'caddy-too-old',
    problem: `Caddy in the container ${container} is ${release}; homeauth needs ${oldestCaddy} or newer.`,
    why: 'Before it, a snippet cannot be told which app to protect.',
    fix: `Set its image to ${caddyImages.plain}, recreate it (docker compose up -d), then run the command again.`,
  });

const noModule = (container: string, provider: string): Failure =>
  new Failure({
    code: 'caddy-module-missing',
    problem: `Caddy in the container ${container} has no module for ${provider}, which certificates by DNS at ${provider} need.`,
    why: 'The official image has no DNS modules.',
    ...bySetting(
      ({ to }) =>
        `Set its image to ${caddyImages.cloudflare}, recreate it (docker compose up -d), then run the command again. Or do without: ${to('tls', 'auto')}`,
    ),
  });

const noVariable = (container: string, provider: string, variable: string): Failure =>
  new Failure({
    code: 'caddy-variable-missing',
    problem: `The container ${container} has no variable ${variable}, which certificates by DNS at ${provider} need.`,
    why: 'Variables are read when a container is made, so a reload is not enough.',
    fix: `Add ${variable} to its environment in its compose file and recreate it: docker compose up -d`,
  });

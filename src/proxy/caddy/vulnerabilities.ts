import { caddyImages } from '../../model/caddy.ts';
import { type Finding, ok, skip, unseen, wrong } from '../../model/finding.ts';
import { isOlder } from '../../model/release.ts';
import type { World } from '../../world/world.ts';
import type { CaddyFacts } from '../proxy.ts';
import { releaseIn } from './ability.ts';
import { wordsFor } from './words.ts';

/** Vulnerabilities of Caddy that concern a login in front of apps, newest first: fixed in, and what they let happen. */
const known = [
  {
    fixedIn: '2.11.6',
    is: 'a request can reach the wrong program',
    why: 'Of two at the same moment Caddy can send the one for authentik to the app, or the other way round: people see an error, or a page that does not belong there. Known as GHSA-6365-7ppr-5r92.',
  },
  {
    fixedIn: '2.11.4',
    is: 'a visitor can pretend to be somebody else in your own sites',
    why: 'A header whose name has an underscore gets past Caddy, and apps in PHP or Python take it for the one that names the user. Known as CVE-2026-52845.',
  },
  {
    fixedIn: '2.11.2',
    is: 'a visitor can pretend to be somebody else in your own sites',
    why: "In those with a forward_auth that you wrote, an app can get a visitor's own header in place of authentik's. What homeauth writes is safe. Known as CVE-2026-30851.",
  },
];

/**
 * Does Caddy have a hole that is known? Told by its image, which names the release that it holds: asking the program
 * would start another one in its container, and whoever only looks does not. Source: the official image's Dockerfile.
 */
export async function vulnerabilities(
  { container, ...place }: Pick<CaddyFacts, 'container' | 'unit'>,
  { docker }: Pick<World, 'docker'>,
): Promise<Finding[]> {
  const common = { id: 'caddy-version', title: 'Caddy has no known hole' };
  if (container === undefined) {
    return [skip(common, unseen(`${wordsFor(place).name} does not say which release it is (caddy version)`))];
  }
  const details = await docker.container(container);
  const named = details?.environment['CADDY_VERSION'] ?? details?.labels['org.opencontainers.image.version'];
  const release = releaseIn(named ?? '');
  if (!release) {
    const says = `Caddy's image does not say which release it holds (docker exec ${container} caddy version)`;
    return [skip(common, unseen(says))];
  }
  const hole = known.findLast(({ fixedIn }) => isOlder(release, fixedIn));
  if (!hole) return [ok({ ...common, answer: release })];
  return [
    wrong(common, isOlder(release, '2.11.4') ? 'fail' : 'warn', {
      problem: `Caddy runs ${release}: ${hole.is}.`,
      why: hole.why,
      fix: `Set the image of ${container} to ${caddyImages.plain} or newer (with the same modules) and recreate it: docker compose up -d`,
    }),
  ];
}

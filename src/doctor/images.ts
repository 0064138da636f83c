import { stackProject } from '../desired/layout.ts';
import type { Installation } from '../installation/installation.ts';
import { type About, type Finding, ok, wrong } from '../model/finding.ts';
import { partsOf } from '../model/image-name.ts';
import { composeLabel } from '../model/label.ts';
import { doorNetwork, proxyNetwork } from '../model/networks.ts';
import type { ContainerSummary, Docker } from '../world/docker/docker.ts';

const isUpdater = ({ image, running }: ContainerSummary) =>
  running && /(^|\/)(watchtower|ouroboros)([:@]|$)/.test(image);
const isOurs = ({ labels }: ContainerSummary) => labels[composeLabel.project] === stackProject;
/** Flags and variables that keep an updater from what it was not told of, or from all. */
const limits = /--(label-enable|monitor-only|scope|disable-containers)\b/;
const limiting = ['LABEL_ENABLE', 'MONITOR_ONLY', 'SCOPE', 'DISABLE_CONTAINERS'].map((name) => `WATCHTOWER_${name}`);

/** Does nothing but homeauth change which release runs: no updater, and no name that stands for another one each week? */
export async function imagesCheck({ world }: Installation, about: About): Promise<Finding[]> {
  const all = await world.docker.containers();
  return [...(await updaters(all, about, world.docker)), floating(all)];
}

async function updaters(all: readonly ContainerSummary[], about: About, docker: Docker): Promise<Finding[]> {
  if (!all.some(isOurs)) return [];
  const found: Finding[] = [];
  for (const { name } of all.filter(isUpdater)) {
    const details = await docker.container(name);
    const { environment = {}, argv = [] } = details ?? {};
    const isLimited = limits.test(argv.join(' ')) || limiting.some((one) => (environment[one] ?? 'false') !== 'false');
    if (isLimited) continue;
    found.push(
      wrong({ ...about, thing: `container:${name}` }, 'warn', {
        problem: `The container ${name} updates other containers by itself.`,
        why: 'authentik goes from one release line to the next only, and a step by mistake marks its database for good.',
        fix: `Let it leave authentik alone, in the settings of ${name}:  WATCHTOWER_DISABLE_CONTAINERS=authentik,authentik-worker,authentik-postgresql`,
      }),
    );
  }
  return found.length > 0 ? found : [ok(about)];
}

/** What stands for another image next week; a digest behind the name holds it. */
function floating(all: readonly ContainerSummary[]): Finding {
  const about = { id: 'image-latest', title: 'the images say which release they are' };
  const isLoose = ({ image }: ContainerSummary) => {
    const { image: name, digest } = partsOf(image);
    return (
      digest === undefined &&
      !name.startsWith('sha256:') &&
      /^[^:]*(:latest)?$/.test(name.slice(name.lastIndexOf('/') + 1))
    );
  };
  const isNear = (one: ContainerSummary) =>
    isOurs(one) ||
    (/(^|\/)caddy(:|$)/.test(one.image) && one.networks.some((name) => [proxyNetwork, doorNetwork].includes(name)));
  const loose = all.filter((one) => one.running && isNear(one) && isLoose(one));
  if (loose.length === 0) return ok(about);
  return wrong(about, 'warn', {
    problem: `${loose.map(({ name, image }) => `${name} runs ${image}`).join(', ')}: whichever was the newest when it was fetched.`,
    why: 'After a restart or on another server it is another release, and nobody has chosen it.',
    fix: 'Write the release into its compose file, for example  image: caddy:2.11.4   and make it anew.',
  });
}

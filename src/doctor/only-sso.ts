import { type Speaker, speakers } from '../config/oidc.ts';
import type { Installation } from '../installation/installation.ts';
import { type About, type Finding, ok, wrong } from '../model/finding.ts';
import { addressIn, containerBehind, inDocker } from '../proxy/upstream.ts';
import type { Check } from '../verify/check.ts';
import type { World } from '../world/world.ts';

export const onlySso: Check = {
  id: 'only-sso',
  title: 'apps that are to have no passwords of their own have none',
  needs: 'docker',
  by: ['doctor'],
  run: withoutPasswords,
};

/** Do the apps run without passwords of their own that are to have none? What homeauth sets in them itself, the plan tells. */
async function withoutPasswords({ config, world }: Installation, about: About): Promise<Finding[]> {
  const apps = speakers(config).filter(({ oidc }) => oidc.onlySso?.env);
  const found = apps.map(async (app): Promise<Finding[]> => {
    const { name, title } = app;
    const common = { ...about, title: `${name} takes no passwords of its own`, subject: name };
    const isOff = await runsWithoutPasswords(app, world);
    if (isOff !== false) return isOff ? [ok(common)] : [];
    const problem = `${title} still takes passwords of its own: its container was not made anew since.`;
    const fix = app.oidc.override?.up
      ? 'Start it where it is stopped, then: homeauth apply'
      : 'In the folder of its compose file: docker compose up -d';
    return [wrong(common, 'warn', { problem, fix })];
  });
  return (await Promise.all(found)).flat();
}

/** Whether an app's container has the variables that switch its passwords off; undefined where no container is known. */
export async function runsWithoutPasswords(
  { upstream = '', oidc }: Speaker,
  { docker }: Pick<World, 'docker'>,
): Promise<boolean | undefined> {
  const { env } = oidc.onlySso ?? {};
  const container = containerBehind(inDocker(addressIn(upstream).host), await docker.containers())?.container;
  const details = env && container && (await docker.container(container.name));
  return details && Object.entries(env).every(([name, value]) => details.environment[name] === value);
}

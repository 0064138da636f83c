import type { App } from '../../config/schema.ts';
import { secretNames } from '../../desired/layout.ts';
import { type Finding, issueOf, skip } from '../../model/finding.ts';
import type { Reason } from '../../model/reason.ts';
import { proxyOf } from '../../proxy/choose.ts';
import { isEntrance, type ProxyFacts } from '../../proxy/proxy.ts';
import { type Installation, tokenIn } from '../installation.ts';
import { proveSecure } from '../proof/auth-host.ts';
import type { Scene } from '../proof/scene.ts';
import { isSilent, proveApp, proveHome } from '../proof.ts';
import { type Check, observe, reasonFrom, skipped } from './check.ts';
import { clockSkewCheck } from './clock-skew.ts';

/** How long a look may take, in ms: several answers of a busy authentik. */
const patience = 30_000;

/** Without a scene: what would be looked at, for those who cannot. */
const home = [
  { id: 'auth-host', title: 'a stranger at the login page sees it' },
  { id: 'https-seen', title: 'authentik sees that it is asked over https' },
  { id: 'caddy-version', title: 'Caddy has no known hole' },
  { id: 'clock-skew', title: 'this machine and authentik agree on the time' },
];
const ofApp = ({ name }: App) => ({
  id: 'stranger',
  subject: name,
  title: 'a stranger is asked for a login',
});

/** What is asked through Caddy, as nobody in particular: what cannot be, for one reason. */
export const notThroughCaddy = ({ config: { apps } }: Installation, because: Reason): Finding[] =>
  skipped([...home, ...apps.map(ofApp)], because);

/** What is asked through Caddy: the login page, every app, and what Caddy itself is. */
export async function throughCaddy(installation: Installation, proxy: ProxyFacts): Promise<Finding[]> {
  const { world, config, layout } = installation;
  const { entrance: find, holes } = proxyOf(proxy);
  const entrance = await find(world);
  if (!isEntrance(entrance)) return [entrance, ...notThroughCaddy(installation, reasonFrom(entrance))];
  const scene: Scene = { world, config, entrance };
  const looks: readonly (() => Promise<readonly Finding[]>)[] = [
    () => proveHome(scene, { patience: 0 }),
    async () => {
      const token = await tokenIn(world, layout.token, secretNames.token[0]);
      return token ? proveSecure(scene, token) : [];
    },
    () => holes(world),
    () => clockSkewCheck(scene),
  ];
  const looked = await observe(
    home.map((about, n) => ({ ...about, look: looks[n]! })),
    patience,
  );
  const silent = looked.find((one) => one.id === 'auth-host' && isSilent(one));
  // What else is asked there cannot be known, for that one reason.
  const found = looked.map((one) => (silent && one.status === 'skip' ? skip(one, reasonFrom(silent)) : one));
  const apps = config.apps.map((app): Check => ({ ...ofApp(app), look: () => about(scene, app) }));
  // What does not answer there does not answer anywhere, and would be waited for once for each app.
  if (silent && issueOf(silent)?.because?.code !== 'no-certificate')
    return [...found, ...skipped(apps, reasonFrom(silent))];
  return [...found, ...(await observe(apps, patience))];
}

async function about(scene: Scene, app: App): Promise<Finding[]> {
  const findings = await proveApp(scene, app, { patience: 0 });
  return findings.map((found) => ({ ...found, subject: app.name }));
}

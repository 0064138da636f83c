import type { App, Listen } from '../config/config.ts';
import { lastDrill } from '../installation/backups.ts';
import type { Installation } from '../installation/installation.ts';
import { sizeOf } from '../model/copy.ts';
import { asNothing, Failure } from '../model/failure.ts';
import type { Finding } from '../model/finding.ts';
import type { Exposed, Overview } from '../model/overview.ts';
import { accessTable } from '../people/access-table.ts';
import { proxyOf } from '../proxy/choose.ts';
import { isEntrance } from '../proxy/proxy.ts';
import { certificatesAt } from '../verify/certificate.ts';
import { copiesOf, figuresOf, keptFigures } from './figures.ts';
import { proxyFor } from './run-checks.ts';

/** Everything that the report tells. `findings`: what doctor has just found. */
export async function overviewOf(installation: Installation, findings: readonly Finding[]): Promise<Overview> {
  const { config, world } = installation;
  const { proxy, tls, tlsFrom = [], listen, backup } = config;
  const reach = await world.authentik.reach();
  const [copies = [], drill, people, certificates, kept, now] = await Promise.all([
    copiesOf(installation).catch(asNothing),
    lastDrill(installation),
    reach.is === 'ready' ? accessTable(installation) : undefined,
    seen(installation),
    keptFigures(installation),
    figuresOf(installation),
  ]);
  const [newest] = copies;
  return {
    made: new Date().toISOString(),
    host: world.host.hostname(),
    domain: config.domain,
    login: `https://${config.authHost}`,
    release: config.authentik.version,
    way: { proxy, tls, tlsFrom, ...(listen && { listen: inWords(listen) }) },
    apps: config.apps.map(exposed),
    ...(people && { people }),
    findings,
    copies: {
      place: backup.to,
      count: copies.length,
      ...(newest && {
        newest: {
          made: newest.manifest.made,
          size: sizeOf(newest.manifest),
          encrypted: newest.manifest.encrypted !== undefined,
        },
      }),
      ...(drill && { drill }),
    },
    certificates,
    figures: [...kept, now],
  };
}

const inWords = ({ address, port }: Listen): string => `${address}:${port}`;

const exposed = ({ name, title, host, login, group, openPaths, upstream, ldapListen }: App): Exposed => ({
  name,
  title,
  url: `https://${host}`,
  login: login ?? 'forward-auth',
  ...(group !== undefined && { group }),
  openPaths: openPaths ?? [],
  ...(upstream !== undefined && { upstream }),
  ...(ldapListen && { ldapListen: inWords(ldapListen) }),
});

async function seen(installation: Installation): Promise<Overview['certificates']> {
  const { world, config } = installation;
  const proxy = await proxyFor(installation);
  if (proxy instanceof Failure) return [];
  const entrance = await proxyOf(proxy).entrance(world);
  return isEntrance(entrance) ? certificatesAt({ world, config, entrance }) : [];
}

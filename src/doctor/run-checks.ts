import pMap from 'p-map';
import { clientsOf } from '../installation/clients.ts';
import type { Installation } from '../installation/installation.ts';
import { asFailure, Failure, reasonOf } from '../model/failure.ts';
import { type About, type Finding, issueOf, skip, unseen } from '../model/finding.ts';
import type { Reason } from '../model/reason.ts';
import { findProxy, proxyOf } from '../proxy/choose.ts';
import { isEntrance, type ProxyFacts } from '../proxy/proxy.ts';
import { type Check, type CheckOf, failed, type Grounds, type Need, reasonFrom, within } from '../verify/check.ts';
import { isSilent } from '../verify/verify-app.ts';

/** How long one check may take, in ms: a busy authentik is asked several times. */
const patience: Readonly<Record<Need, number>> = {
  nothing: 10_000,
  docker: 90_000,
  proxy: 90_000,
  entrance: 30_000,
  app: 30_000,
  others: 10_000,
};
/** Checks at once: more would only make authentik slow on a small machine. */
const concurrency = 12;

/** The reverse proxy to work with, or why there is none. */
export async function proxyFor({ world, config, ledger }: Installation): Promise<ProxyFacts | Failure> {
  const look = async () => findProxy(world, config, new Set((await ledger.read()).map(({ id }) => id)));
  return look().catch(asFailure);
}

/** Makes checks side by side, and tells what they found in the order of the list. `slowest`: an answer of authentik, in ms. */
export async function examine(
  installation: Installation,
  wanted: readonly Check[],
  slowest: () => number = () => 0,
): Promise<Finding[]> {
  const { world, config } = installation;
  const found = new Map<string, readonly Finding[]>();
  const of = <N extends Need>(needs: N) =>
    wanted.filter((check) => check.needs === needs) as readonly Check[] as readonly CheckOf<N>[];
  const make = async <N extends Need>(needs: N, ground: Grounds[N]) => {
    await pMap(of(needs), async (check) => void found.set(check.id, await made(check, ground)), { concurrency });
  };
  const leave = (needs: Need, because: Reason) => {
    for (const check of of(needs)) found.set(check.id, skipped(check, because, installation));
  };

  async function withDocker(): Promise<void> {
    const asked = wanted.some(({ needs }) => needs === 'proxy' || needs === 'entrance' || needs === 'app');
    await Promise.all([make('docker', installation), ...(asked ? [withProxy()] : [])]);
    await make('others', { installation, slowest: slowest() });
  }

  async function withProxy(): Promise<void> {
    const proxy = await proxyFor(installation);
    if (proxy instanceof Failure) {
      for (const needs of ['entrance', 'app'] as const) leave(needs, reasonOf(proxy));
      return;
    }
    const entrance = await proxyOf(proxy).entrance(world);
    const peers = make('proxy', { installation, proxy, entrance });
    if (isEntrance(entrance))
      await through(proxy, {
        scene: { world, config, entrance, clients: await clientsOf(installation) },
        how: { patience: 0 },
      });
    else for (const needs of ['entrance', 'app'] as const) leave(needs, reasonFrom(entrance));
    await peers;
  }

  async function through(proxy: ProxyFacts, asking: Pick<Grounds['app'], 'scene' | 'how'>): Promise<void> {
    await make('entrance', { installation, proxy, ...asking });
    const silent = found.get('auth-host')?.find(isSilent);
    if (silent) {
      // What else is asked there cannot be known, for that one reason.
      for (const { id } of of('entrance')) {
        const all = found.get(id) ?? [];
        found.set(
          id,
          all.map((one) => (one.status === 'skip' ? skip(one, reasonFrom(silent)) : one)),
        );
      }
      // What does not answer there does not answer anywhere, and would be waited for once for each app.
      if (issueOf(silent)?.because?.code !== 'no-certificate') return leave('app', reasonFrom(silent));
    }
    for (const check of of('app')) {
      const all = await pMap(config.apps, (app) => made({ ...check, subject: app.name }, { ...asking, app }), {
        concurrency,
      });
      found.set(check.id, all.flat());
    }
  }

  // Begun before it is known whether Docker answers, as most of the time goes here; not waited for where it does not.
  const rest = withDocker();
  rest.catch(() => {});
  await make('nothing', installation);
  const down = found.get('docker-unreachable')?.find(({ status }) => status !== 'ok');
  if (!down) await rest;
  const isMade = ({ needs }: Check) => !down || needs === 'nothing';
  return wanted.flatMap((check) =>
    isMade(check) ? (found.get(check.id) ?? []) : skipped(check, reasonFrom(down!), installation),
  );
}

/** What a check finds. One that is stuck or broken hides none of the others. */
export async function made<N extends Need>(check: CheckOf<N>, ground: Grounds[N]): Promise<readonly Finding[]> {
  const about = aboutOf(check);
  const limit = patience[check.needs];
  const late = () => [skip(about, unseen(`it took longer than ${limit / 1000} s`))];
  try {
    const all = await within<readonly Finding[]>(
      limit,
      Promise.resolve().then(() => check.run(ground, about)),
      late,
    );
    return check.subject === undefined ? all : all.map((one) => ({ ...one, subject: check.subject! }));
  } catch (error) {
    return [failed(about, asFailure(error))];
  }
}

const aboutOf = ({ id, title, subject }: About): About => ({ id, title, ...(subject && { subject }) });

/** One that cannot be made; those of the apps once for each. What only follows from others is not missed. */
function skipped(check: Pick<Check, 'id' | 'title' | 'needs'>, because: Reason, { config }: Installation): Finding[] {
  if (check.needs === 'others') return [];
  const about = aboutOf(check);
  return check.needs === 'app'
    ? config.apps.map(({ name }) => skip({ ...about, subject: name }, because))
    : [skip(about, because)];
}

import { secretNames } from '../../desired/layout.ts';
import { interrupted } from '../../engine/errors.ts';
import { noteDrill } from '../../installation/backups.ts';
import { type Installation, tokenIn } from '../../installation/installation.ts';
import { hold } from '../../installation/lock.ts';
import { postgresOf } from '../../installation/postgres.ts';
import { assertTrusted } from '../../installation/trust.ts';
import { explainContainer, lastWord } from '../../kinds/container-story.ts';
import { userKind } from '../../kinds/user.ts';
import { type Copy, type CopyHere, sizeOf } from '../../model/copy.ts';
import { Failure } from '../../model/failure.ts';
import { type Finding, issueOf, ok, skip, unseen, wrong } from '../../model/finding.ts';
import type { World } from '../../world/world.ts';
import { assertWhole } from './check.ts';
import { prepare, startDatabase, startServer, sweep, type Trial, trialName, trialOf } from './drill-stack.ts';
import { assertKey, contentOf, type Key, plainName } from './encryption.ts';
import { exchange, load } from './load-database.ts';
import { inventoryOf, mb } from './make.ts';

/** How much larger a database is than its dump, and what is left free beside it, in bytes. */
const [grows, spare] = [8, 512e6];
/** What a second PostgreSQL and a second server take, in bytes. */
const memory = 0.9e9;
/** How long the server may take to answer, in ms, and how often it is asked. */
const patience = 10 * 60_000;
const pause = 1000;
/** Made in the copy alone, and gone with it. */
const username = 'homeauth-drill';

interface Proof {
  readonly id: string;
  readonly title: string;
  /** What it says where it is fine and something is to be told. */
  run(): Promise<string | undefined>;
}

/**
 * Restores a copy into containers that are thrown away, and proves that people would get in. The installation goes on
 * meanwhile, and nothing of it is touched. All proofs up to the first that fails, and the rest as not made.
 */
export function drill(
  installation: Installation,
  { copy, key, tell }: { copy: CopyHere; key: Key | undefined; tell: (what: string) => void },
): Promise<readonly Finding[]> {
  return hold(installation, 'backup drill', async () => {
    const { world, runtime } = installation;
    assertKey(copy.manifest, key);
    for (const file of ['manifest.json', ...Object.keys(copy.manifest.files)])
      await assertTrusted(`${copy.directory}/${file}`, world);
    await sweep(installation);
    await assertRoom(copy, installation);
    const findings: Finding[] = [];
    try {
      const postgres = await postgresOf(installation, installation.layout.database);
      const trial = trialOf(installation, copy.manifest, postgres);
      tell('starting a database');
      await prepare(trial, installation);
      await startDatabase(trial, installation);
      let failed: string | undefined;
      for (const { id, title, run } of proofsOf(trial, { copy, key }, installation)) {
        const about = { id, title };
        if (runtime.signal.aborted) throw interrupted(`before it was proven that ${title}`, 'nothing');
        if (failed === undefined) tell(title);
        const found = failed === undefined ? await made(about, run) : skip(about, unseen(`"${failed}" comes first`));
        findings.push(found);
        if (issueOf(found)) failed = title;
      }
    } finally {
      tell('removing all of it');
      await sweep(installation);
    }
    await noteDrill(installation, copy.name, findings.map(issueOf).find((issue) => issue)?.code);
    return findings;
  });
}

async function made({ id, title }: Pick<Proof, 'id' | 'title'>, run: Proof['run']): Promise<Finding> {
  try {
    const answer = await run();
    return ok({ id, title, ...(answer !== undefined && { answer }) });
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'interrupted') throw error;
    const { problem, why, details, fix } = error;
    return wrong({ id, title }, 'fail', { problem, why, details, fix });
  }
}

function proofsOf(
  trial: Trial,
  { copy, key }: { copy: CopyHere; key: Key | undefined },
  installation: Installation,
): Proof[] {
  const { world, config } = installation;
  const { files, docker, tar, random } = world;
  const [database, server] = [trialName('authentik-postgresql'), trialName('authentik')];
  const address = () => docker.dialAddress(server, 9000);
  const authentik = installation.runtime.connect({
    address,
    tokens: async () => {
      const own = await tokenIn(world, trial.layout.token, secretNames.token[0]);
      return own ? { own } : {};
    },
    lastWord: () => lastWord(server, docker).catch(() => undefined),
    host: config.authHost,
    clock: world.clock,
  });
  const apart: World = { ...world, authentik };
  return [
    {
      id: 'drill-copy',
      title: 'the copy can be read to its end',
      async run() {
        await assertWhole(copy, installation, key, database);
        await tar.unpack(await contentOf(copy, 'files.tar', files, key), trial.layout.baseDir);
        return undefined;
      },
    },
    {
      id: 'drill-database',
      title: 'the database can be restored',
      async run() {
        await load(docker, await contentOf(copy, 'database.dump', files, key), database);
        await exchange(docker, undefined, database);
        return undefined;
      },
    },
    {
      id: 'drill-server',
      title: 'authentik starts with it',
      async run() {
        await startServer(trial, installation);
        await answers(apart, server, installation);
        return undefined;
      },
    },
    {
      id: 'drill-token',
      title: "homeauth's token in the copy opens the API",
      async run() {
        const reach = await authentik.reach('fresh');
        if (reach.is === 'refused') throw refused();
        return undefined;
      },
    },
    {
      id: 'drill-counts',
      title: 'as many people, groups and apps are in it as were counted',
      async run() {
        const { counts } = await inventoryOf({ world: apart });
        const expected = copy.manifest.counts;
        if (!expected) return 'not counted when it was made: authentik did not answer then';
        // What came while the copy was made is in it, and was not counted yet.
        const fewer = Object.entries(expected).filter(([of, n]) => (counts?.[of] ?? 0) < n);
        if (fewer.length > 0) throw missing(fewer.map(([of, n]) => `${counts?.[of] ?? 0} of ${n} ${of}`));
        return `${expected['users']} users, ${expected['applications']} applications`;
      },
    },
    {
      id: 'drill-login',
      title: 'a person can log in',
      async run() {
        const password = random.alphanumeric(32);
        const spec = { name: 'A drill of homeauth', email: '', groups: [], firstPassword: password };
        await userKind.apply?.(username, spec, apart, undefined);
        const at = await address();
        if (!at) throw await dead(server, 'ended', installation);
        // A browser's cookies take a list of all public suffixes, and most commands walk no login.
        const { openSession } = await import('../../world/authentik/session.ts');
        try {
          const who = { username, password };
          const session = await openSession({ http: world.http, server: at, authHost: config.authHost, ...who });
          await session.leave();
          return undefined;
        } catch (error) {
          if (error instanceof Failure && error.code === 'second-factor-asked')
            return 'the password was right, and a second factor is asked for';
          throw error;
        }
      },
    },
  ];
}

/** @throws Failure where it ends, or takes too long */
async function answers({ authentik }: World, server: string, installation: Installation): Promise<void> {
  const { clock, docker } = installation.world;
  const began = clock.now();
  while ((await authentik.reach('fresh')).is === 'starting') {
    if (installation.runtime.signal.aborted) throw interrupted('while authentik was started for the drill', 'nothing');
    if (!(await docker.container(server))?.running) throw await dead(server, 'ended', installation);
    if (clock.now() - began > patience)
      throw await dead(server, `did not answer within ${patience / 60_000} min`, installation);
    await clock.sleep(pause);
  }
}

/** A disk or a memory that is full stops the installation, too. @throws Failure disk-full, memory-low */
async function assertRoom({ manifest }: Copy, { world, layout }: Installation): Promise<void> {
  const dump = Object.entries(manifest.files).find(([file]) => plainName(file) === 'database.dump')?.[1].size ?? 0;
  const needed = dump * grows + sizeOf(manifest) + spare;
  const { free, target } = await world.files.filesystem(layout.root);
  if (free < needed) {
    throw new Failure({
      code: 'disk-full',
      problem: `${target} has ${mb(free)} left, and a drill of this copy may need ${mb(needed)}.`,
      why: 'Nothing was started: a full disk stops everything else on it.',
      fix: `See what uses it:  df -h ${target}; docker system df`,
    });
  }
  const { available } = world.host.memory();
  if (available >= memory) return;
  throw new Failure({
    code: 'memory-low',
    problem: `Only ${mb(available)} of memory is free, and a drill needs ${mb(memory)} for a while.`,
    why: 'Nothing was started: when memory runs out, the kernel kills programs.',
    fix: 'Stop something for the time of the drill, or run it when less is going on: free -m',
  });
}

const newer = 'Make a new copy and drill that one: homeauth backup && homeauth backup drill';

async function dead(server: string, what: string, { world }: Installation): Promise<Failure> {
  const story = await explainContainer(server, world.docker);
  return new Failure({
    code: 'drill-server',
    problem: `authentik ${what}, with the database of the copy.`,
    ...(story && { details: story.details }),
    fix: newer,
  });
}

const refused = (): Failure =>
  new Failure({
    code: 'drill-token',
    problem: "authentik does not accept homeauth's token with this copy.",
    why: 'The token in files.tar and the database are not from the same moment, or the database in the copy is empty.',
    fix: newer,
  });

const missing = (fewer: readonly string[]): Failure =>
  new Failure({
    code: 'drill-counts',
    problem: `Something is missing from the copy: ${fewer.join(', ')}.`,
    why: 'Its manifest says what there was when it was made.',
    fix: newer,
  });

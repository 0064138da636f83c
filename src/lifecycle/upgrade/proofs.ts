import { emergencyAccount } from '../../desired/sso.ts';
import { interrupted } from '../../engine/errors.ts';
import type { Installation } from '../../installation/installation.ts';
import type { Had } from '../../installation/upgrading.ts';
import { explainContainer } from '../../kinds/container-story.ts';
import { askDatabase } from '../../kinds/role.ts';
import { exitCodes, Failure, type Issue, insteadOf } from '../../model/failure.ts';
import { type Finding, issueOf } from '../../model/finding.ts';
import { isOlder } from '../../model/release.ts';
import { inventoryOf } from '../backup/make.ts';

/** What is asked from outside, as a visitor and of authentik's rules. */
export interface Visits {
  /** Every proof of `homeauth verify`. */
  proofs(installation: Installation): Promise<readonly Finding[]>;
  /** Apps that the owner may open. */
  opens(installation: Installation): Promise<readonly string[]>;
}

/** How long the worker may take after the server, and default blueprints after it, in ms. */
const patience = 300_000;
const pause = 2000;

/** What never gets fewer by itself: tokens do, when their time is over. */
const compared = ['users', 'groups', 'applications', 'providers', 'flows'];

type Visited = Pick<Had, 'opens' | 'failing'>;

/** What visitors meet before a step, for a comparison. Some of these proofs change something for as long as they take. */
export async function visited(installation: Installation, visits: Visits): Promise<Visited> {
  const proofs = await visits.proofs(installation);
  const failing = proofs.filter(({ status }) => status === 'fail').map(nameOf);
  return { failing, opens: await visits.opens(installation) };
}

/** Whom the database has; authentik itself is not needed for that. */
async function inDatabase({ world }: Installation): Promise<Rows | undefined> {
  const { code, stdout } = await askDatabase(world.docker, whose, 'authentik');
  return code === 0 ? (JSON.parse(stdout) as Rows) : undefined;
}

type Rows = NonNullable<Had['rows']>;

const whose = `select json_build_object('users', (select coalesce(json_agg(username), '[]') from authentik_core_user), 'groups', (select coalesce(json_agg(name), '[]') from authentik_core_group))`;

/**
 * What was counted, without who was removed between that and the stop of authentik: nobody is to miss them afterwards,
 * in the new release or on the way back.
 */
export async function asStopped(installation: Installation, had: Had): Promise<Had> {
  const now = had.rows && (await inDatabase(installation));
  if (!now || !had.rows) return had;
  const gone = (what: keyof Rows) => had.rows?.[what].filter((name) => !now[what].includes(name)) ?? [];
  const [users, groups] = [gone('users'), gone('groups')];
  const { counts, people, admins } = had;
  return {
    ...had,
    rows: now,
    admins: admins.filter((name) => !users.includes(name)),
    ...(people && { people: people.filter(({ username }) => !users.includes(username)) }),
    ...(counts && {
      counts: {
        ...counts,
        users: (counts['users'] ?? 0) - users.length,
        groups: (counts['groups'] ?? 0) - groups.length,
      },
    }),
  };
}

/** What is there while authentik still runs, for a comparison. @throws Failure upgrade-unwell where it cannot be asked */
export async function inventory(installation: Installation, seen: Visited): Promise<Had> {
  // First: who goes between these two looks is missing in the second alone, which asks for less.
  const rows = await inDatabase(installation);
  const had = await inventoryOf(installation);
  if (!had.counts) {
    throw new Failure({
      code: 'upgrade-unwell',
      problem: 'authentik does not answer, so nobody could say afterwards whether all is there.',
      fix: 'See what is wrong: homeauth doctor',
    });
  }
  return {
    ...had,
    ...seen,
    ...(rows && { rows }),
    admins: await adminsOf(installation),
    unapplied: (await blueprints(installation)).filter(({ status }) => status === 'error').map(({ path }) => path),
  };
}

/**
 * Waits until a worker of this release is connected, and the blueprints that come with it were applied; those that could
 * not be applied before are no reason.
 */
export async function settled(installation: Installation, had: Had, tell: (what: string) => void): Promise<void> {
  const { world, runtime } = installation;
  const began = world.clock.now();
  for (;;) {
    const waits = await unsettled(installation, had);
    if (waits === undefined) return;
    if (runtime.signal.aborted) throw interrupted('while waiting for the worker of authentik');
    if (world.clock.now() - began > patience) {
      const story = await explainContainer('authentik-worker', world.docker);
      throw wrong(waits, { ...(story && { details: story.details }), ...(story?.fix && { fix: story.fix }) });
    }
    tell('waiting for its worker and its blueprints');
    await world.clock.sleep(pause);
  }
}

interface Blueprint {
  readonly name: string;
  readonly status: string;
  readonly enabled: boolean;
  readonly path: string;
}

/** Those that come with authentik; what somebody wrote is told by `doctor`. */
const isBundled = /^(default|system|migrations)\//;

async function blueprints({ world }: Installation): Promise<Blueprint[]> {
  const asked = { page_size: 100 };
  const { results } = await world.authentik.get<{ results: readonly Blueprint[] }>('managed/blueprints', asked);
  return results.filter(({ enabled, path }) => enabled && isBundled.test(path));
}

async function unsettled(installation: Installation, { unapplied }: Had): Promise<string | undefined> {
  const { authentik } = installation.world;
  const reach = await authentik.reach('fresh');
  if (reach.is === 'refused') throw reach.failure;
  if (reach.is === 'starting') return 'authentik does not answer.';
  if (!(await hasWorker(authentik))) return 'No worker of this release is connected to authentik.';
  const left = (await blueprints(installation)).filter(
    ({ path, status }) => status === 'unknown' || (status === 'error' && !unapplied.includes(path)),
  );
  if (left.length === 0) return undefined;
  return `Blueprints of authentik were not applied: ${left.map(({ name }) => name).join(', ')}.`;
}

async function hasWorker(authentik: Installation['world']['authentik']): Promise<boolean> {
  const workers = await authentik
    .get<readonly { readonly version_matching?: boolean }[]>('tasks/workers')
    .catch(insteadOf('authentik-not-found', undefined));
  // Releases before 2025.8 cannot be asked; that the container runs has to do.
  return workers?.some(({ version_matching: matches }) => matches !== false) ?? true;
}

/** All that authentik holds is there, as it was. @throws Failure upgrade-proof */
export async function proveData(installation: Installation, release: string, had: Had): Promise<void> {
  const { world } = installation;
  if (!isOlder(release, '2024.10.0')) {
    const question = 'select version from authentik_version_history order by "timestamp" desc limit 1';
    const last = (await askDatabase(world.docker, question, 'authentik')).stdout.trim();
    if (last !== release) throw wrong(`The database was last changed by authentik ${last || 'nobody knows which'}.`);
  }
  if (!(await world.authentik.ownTokenWorks())) throw wrong("authentik does not take homeauth's token.");
  if ((await world.authentik.setup()) === 'open') throw wrong('The first-run setup is open to strangers.');
  const now = await inventoryOf(installation);
  for (const what of compared) {
    const [then, count] = [had.counts?.[what] ?? 0, now.counts?.[what] ?? 0];
    if (count < then) throw wrong(`There were ${then} ${what}, and now there are ${count}.`);
  }
  const people = new Set(now.people?.map(({ username }) => username));
  const gone = had.people?.filter(({ username }) => !people.has(username)) ?? [];
  if (gone.length > 0) throw wrong(`These people are gone: ${gone.map(({ username }) => username).join(', ')}.`);
  const admins = await adminsOf(installation);
  if (admins.join() !== had.admins.join())
    throw wrong(`Administrators were ${had.admins.join(', ')}, and now they are ${admins.join(', ')}.`);
}

/**
 * People get in as before, and nobody else does. What had failed already is told, and is no reason.
 * @throws Failure upgrade-proof
 */
export async function proveVisits(installation: Installation, had: Had, visits: Visits): Promise<readonly Finding[]> {
  const now = await visits.opens(installation);
  const shut = had.opens.filter((app) => !now.includes(app));
  const { username } = installation.config.admin;
  if (shut.length > 0) throw wrong(`${username} may no longer open ${shut.join(', ')}.`);
  const findings = await visits.proofs(installation);
  const [failed] = newlyFailed(findings, had);
  const issue = failed && issueOf(failed);
  if (issue) {
    const { problem, why, details, fix } = issue;
    throw new Failure({ code: 'upgrade-proof', problem, why, details, fix, exit: exitCodes.wrong });
  }
  return findings;
}

/** What fails and did not before. */
export const newlyFailed = (findings: readonly Finding[], { failing }: Had): readonly Finding[] =>
  findings.filter((found) => found.status === 'fail' && !failing.includes(nameOf(found)));

const nameOf = ({ id, subject = '' }: Finding): string => `${id} ${subject}`.trim();

async function adminsOf({ world }: Installation): Promise<string[]> {
  const users = await world.authentik.list('core/users', 'fresh');
  return users
    .filter(({ is_superuser: may, username }) => may && username !== emergencyAccount)
    .map(({ username }) => username)
    .toSorted();
}

const wrong = (problem: string, more: Partial<Pick<Issue, 'details' | 'fix'>> = {}): Failure =>
  new Failure({
    code: 'upgrade-proof',
    problem,
    fix: 'Look at the log that was kept, and report it to authentik.',
    ...more,
    exit: exitCodes.wrong,
  });

import { stagesOf } from '../desired/desired-state.ts';
import type { Kind, Kinds } from '../engine/kind.ts';
import { named } from '../engine/kind.ts';
import { observeAll, plan, wanted, withoutGone } from '../engine/plan.ts';
import type { Installation } from '../installation/installation.ts';
import { secretFiles } from '../installation/secret-files.ts';
import { survey } from '../installation/survey.ts';
import { kinds } from '../kinds/index.ts';
import type { Change } from '../model/change.ts';
import { Failure, reasonOf } from '../model/failure.ts';
import { type Finding, ok, skip, wrong } from '../model/finding.ts';
import { inWords, type Reason } from '../model/reason.ts';
import { type Id, parseId } from '../model/resource.ts';
import { failed } from '../verify/check.ts';

/**
 * The plan read aloud: a finding for every thing that homeauth keeps, right or not. What cannot be looked at hides
 * nothing else. `caddyIsKnown`: without it Caddy's part is left out, as somebody else tells why.
 */
export async function asPlanned(installation: Installation, caddyIsKnown: boolean): Promise<Finding[]> {
  const { era, world, layout, runtime } = installation;
  const config = caddyIsKnown ? installation.config : { ...installation.config, proxy: 'manual' as const };
  const facts = await survey({ ...installation, config });
  const want = wanted(stagesOf({ config, era, pointer: runtime.pointer }), facts);
  const failures = new Map<string, Failure>();
  const looks = tolerant(failures);
  const seen = await observeAll(want, looks, world);
  const all = plan(kinds, want, seen, await installation.ledger.read());
  const changes = (await withoutGone(all, looks, world)).filter(
    ({ op, id }) => op !== 'keep' && (caddyIsKnown || !id.startsWith('caddy:')),
  );
  const told = new Set(secretFiles(layout, config));
  const wrong = new Set(changes.map(({ id }) => id));
  return [
    ...[...failures.values()].map((failure) => failed({ id: 'plan', title: 'everything can be checked' }, failure)),
    ...changes.filter((change) => !isOnlyMode(change, told)).map(finding),
    ...[...seen.keys()].filter((id) => !wrong.has(id)).map(right),
  ];
}

/** Kinds whose look finds that it cannot look, where it would throw; the failures are collected by their codes. */
function tolerant(failures: Map<string, Failure>): Kinds {
  const entries = Object.entries(kinds).map(([name, kind]) => {
    const observe: Kind<unknown>['observe'] = async (key, world, want) => {
      try {
        const found = await (kind as Kind<unknown>).observe(key, world, want);
        // What time alone does not change is no mere look that could not be made.
        if (found.is === 'unknown' && found.isLost && found.failure) failures.set(found.failure.code, found.failure);
        return found;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        failures.set(error.code, error);
        return { is: 'unknown', because: reasonOf(error) };
      }
    };
    return [name, { ...kind, observe }];
  });
  return Object.fromEntries(entries);
}

/** Who may read a secret is told by a check of its own, which works without Docker, too. */
const isOnlyMode = ({ id, because }: Change, told: ReadonlySet<string>): boolean =>
  told.has(parseId(id).key) && because.every(({ code, of }) => code === 'differs' && of === 'mode');

const about = (id: Id) => ({
  id: `${parseId(id).kind}-differs`,
  thing: id,
  title: `${named(id, kinds)} is as homeauth.yaml says`,
});

const right = (id: Id): Finding => ok(about(id));

function finding({ op, id, because }: Change): Finding {
  if (op === 'later') return skip(about(id), because[0]!);
  const { kind, key } = parseId(id);
  const isMine = op !== 'ask' && op !== 'take';
  const isBroken = op === 'create' || kind === 'container';
  return wrong({ ...about(id), family: { is: op, name: key } }, isBroken ? 'fail' : 'warn', {
    ...sentences(named(id, kinds), because),
    fix: isMine ? fixOf(kind) : kinds[kind].hint(key),
  });
}

const fixOf = (kind: string): string =>
  kind === 'file' ? 'homeauth apply puts it back. What should stay so belongs into homeauth.yaml.' : 'homeauth apply';

/** Reasons that read on from a name become one sentence with it. */
function sentences(name: string, all: readonly Reason[]): { problem: string; why?: string } {
  const because = all.filter(({ says }, n) => all.findIndex((other) => other.says === says) === n);
  if (because.every(({ reads }) => reads)) {
    const said = because.map(({ reads, says }) => (reads === 'is' ? `is ${says}` : says));
    return { problem: `${name} ${said.join(' and ')}.` };
  }
  return { problem: `${name} is not as homeauth.yaml says.`, why: `${inWords(because)}.` };
}

import { stagesOf } from '../../desired/stages.ts';
import type { Kind, Kinds } from '../../engine/kind.ts';
import { observeAll, plan, wanted, withoutGone } from '../../engine/plan.ts';
import { kinds } from '../../kinds/index.ts';
import type { Change } from '../../model/change.ts';
import { Failure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import { type Id, parseId } from '../../model/resource.ts';
import { named } from '../../report/named.ts';
import type { Installation } from '../installation.ts';
import { survey } from '../survey.ts';
import { failed } from './check.ts';
import { secretFiles } from './secret-files.ts';

/**
 * The plan read aloud: a finding for every thing that homeauth keeps, right or not. What cannot be looked at hides
 * nothing else. `caddyIsKnown`: without it Caddy's part is left out, as somebody else tells why.
 */
export async function asPlanned(installation: Installation, caddyIsKnown: boolean): Promise<Finding[]> {
  const { era, world, layout, surroundings } = installation;
  const config = caddyIsKnown ? installation.config : { ...installation.config, proxy: 'manual' as const };
  const facts = await survey({ ...installation, config });
  const want = wanted(stagesOf({ config, era, pointer: surroundings.pointer }), facts);
  const failures = new Map<string, Failure>();
  const looks = tolerant(failures);
  const seen = await observeAll(want, looks, world);
  const all = plan(kinds, want, seen, await installation.ledger.read());
  const changes = (await withoutGone(all, looks, world)).filter(
    ({ op, id }) => op !== 'keep' && (caddyIsKnown || !id.startsWith('caddy:')),
  );
  const told = new Set(secretFiles(layout));
  const wrong = new Set(changes.map(({ id }) => id));
  return [
    ...[...failures.values()].map((failure) => failed(failure, 'everything can be looked at')),
    ...changes.filter((change) => !isOnlyMode(change, told)).map(finding),
    ...[...seen.keys()].filter((id) => !wrong.has(id)).map(right),
  ];
}

/** Kinds whose look finds that it cannot look, where it would throw; the failures are collected by their codes. */
function tolerant(failures: Map<string, Failure>): Kinds {
  const entries = Object.entries(kinds).map(([name, kind]) => {
    const observe: Kind<unknown>['observe'] = async (key, world, want) => {
      try {
        return await (kind as Kind<unknown>).observe(key, world, want);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        failures.set(error.code, error);
        return { is: 'unknown', because: error.problem };
      }
    };
    return [name, { ...kind, observe }];
  });
  return Object.fromEntries(entries);
}

/** Who may read a secret is told by a check of its own, which works without Docker, too. */
const isOnlyMode = ({ id, because }: Change, told: ReadonlySet<string>): boolean =>
  told.has(parseId(id).key) && because.every((word) => /^(mode|others can read it)/.test(word));

const about = (id: Id) => ({ id: `${parseId(id).kind}-differs`, title: `${named(id)} is as homeauth.yaml says` });

const right = (id: Id): Finding => ({ ...about(id), status: 'ok' });

function finding({ op, id, because }: Change): Finding {
  if (op === 'later') return { ...about(id), status: 'skip', cause: because.join('; ') };
  const { kind, key } = parseId(id);
  const isMine = op !== 'ask' && op !== 'take';
  const isBroken = op === 'create' || kind === 'container';
  return {
    ...about(id),
    family: { is: op, name: key },
    status: isBroken ? 'fail' : 'warn',
    cause: sentence(named(id), [...new Set(because)]),
    fix: isMine ? fixOf(kind) : kinds[kind].hint(key),
  };
}

const fixOf = (kind: string): string =>
  kind === 'file' ? 'homeauth apply puts it back. What should stay so belongs into homeauth.yaml.' : 'homeauth apply';

/** The reasons as the kind gives them; those that read on from a name become one sentence with it. */
function sentence(name: string, because: readonly string[]): string {
  const said = because.map((reason) =>
    /^(missing|not|no longer) ?/.test(reason) ? `is ${reason}` : /^(is|does) /.test(reason) ? reason : undefined,
  );
  if (said.every((part) => part !== undefined)) return `${name} ${said.join(' and ')}.`;
  return `${name} is not as homeauth.yaml says. ${because.join('; ')}.`;
}

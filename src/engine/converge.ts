import type { Change } from '../model/change.ts';
import { Failure } from '../model/failure.ts';
import { idOf, type Resource } from '../model/resource.ts';
import type { Stage } from '../model/stage.ts';
import { applySteps } from './apply.ts';
import { halfway, interrupted, notOurs } from './errors.ts';
import type { Kind } from './kind.ts';
import { type Made, madeOf, record } from './ledger.ts';
import { observeUntilKnown, type Step } from './observe.ts';
import { observeAll, wanted } from './plan.ts';
import { prune } from './prune.ts';
import type { Run, Running } from './run.ts';
import { keepWatch, waitReady } from './wait-ready.ts';

/**
 * Put everything right, stage by stage, then clear what nobody wants any more. Looks before and after every touch;
 * the ledger is written before the touch, so that a crash orphans nothing. Running it again goes on where it stopped.
 * @returns what was changed
 * @throws Failure with the next step for the user; what was done until then stays
 */
export async function converge<F>(run: Run<F>): Promise<Change[]> {
  let begun = false;
  const progress: Run<F>['progress'] = (event) => {
    begun ||= event.is === 'touched' || event.is === 'done';
    run.progress(event);
  };
  return everything({ ...freshly({ ...run, progress }), meanwhile: new Map() }).catch((error: unknown) => {
    throw begun && error instanceof Failure ? halfway(error) : error;
  });
}

/** The same run, whose facts are taken anew only after it has touched, waited or noted something. */
function freshly<F>(run: Run<F>): Run<F> {
  let known: Promise<F> | undefined;
  return {
    ...run,
    survey() {
      known ??= run.survey();
      return known;
    },
    progress(event) {
      if (event.is !== 'stage' && event.is !== 'stage-done') known = undefined;
      run.progress(event);
    },
    ledger: {
      ...run.ledger,
      save(made) {
        known = undefined;
        return run.ledger.save(made);
      },
    },
  };
}

async function everything<F>(run: Running<F>): Promise<Change[]> {
  const all: Change[] = [];
  for (const { title, stages } of chapters(run.stages)) {
    const began = run.world.clock.now();
    const changes: Change[] = [];
    run.progress({ is: 'stage', title });
    for (const stage of stages) {
      if (run.signal.aborted) throw interrupted(`before: ${title}`);
      changes.push(...(await carryOut(stage.want(await run.survey()), run)));
    }
    all.push(...changes);
    const milestone = all.length > 0 && stages.some((stage) => stage.milestone);
    run.progress({ is: 'stage-done', title, changes, milestone, elapsed: run.world.clock.now() - began });
  }
  await lastLook(run);
  if (run.partial) return all;
  return [...all, ...(await prune(wanted(run.stages, await run.survey()), run))];
}

/** What is starting as others of its sort do may go on so by itself; anything else is waited for. */
async function lastLook<F>(run: Running<F>): Promise<void> {
  const pending = await keepWatch(run);
  const late = pending.filter(
    ({ change, isRight }) => !isRight || change.because.some(({ code }) => code !== 'starting'),
  );
  const awaited = late.map(({ resource: { meanwhile: _, ...rest } }) => rest as Resource);
  await waitReady(awaited, new Map(), run);
}

/** Stages that follow each other under one title. */
function chapters<F>(stages: readonly Stage<F>[]): { title: string; stages: Stage<F>[] }[] {
  const out: { title: string; stages: Stage<F>[] }[] = [];
  for (const stage of stages) {
    const last = out.at(-1);
    if (last?.title === stage.title) last.stages.push(stage);
    else out.push({ title: stage.title, stages: [stage] });
  }
  return out;
}

async function carryOut<F>(want: readonly Resource[], run: Running<F>): Promise<Change[]> {
  const { kinds } = run;
  const steps = await observeUntilKnown(want, run);
  const mine = steps.filter(({ change }) => change.op !== 'ask');
  // What somebody else chose, and could be changed, stays; what nobody here can change is waited for.
  const awaited = steps.filter(({ change, resource }) => change.op !== 'ask' || !kinds[resource.kind].apply);
  for (const { change } of mine) if (change.op === 'take' && !run.mayTake(change.id)) throw notOurs(kinds, change);

  await write(mine, run);
  await applySteps(mine, run);
  await waitReady(want, new Map(awaited.map((s) => [s.change.id, s.change])), run);
  await note(want, run);
  return mine.map(({ change }) => change);
}

/** One line a touched resource, all of a stage in one write. */
async function write<F>(steps: readonly Step[], { kinds, ledger }: Run<F>): Promise<void> {
  const known = await ledger.read();
  const lines = steps.flatMap(({ resource, change, have }): Made[] => {
    const kind = kinds[resource.kind] as Kind<unknown>;
    if (kind.shared || resource.extends) return [];
    const old = madeOf(known, change.id);
    const before = old ? old.before : change.op === 'adjust' || change.op === 'take' ? have : undefined;
    return [
      {
        id: change.id,
        ...(resource.precious && { precious: true }),
        ...(resource.home && { home: true }),
        ...(resource.inside && { inside: resource.inside }),
        ...((kind.release && before !== undefined) || kind.isSeed?.(resource.spec) ? { ours: resource.spec } : {}),
        ...(before !== undefined && { before }),
      },
    ];
  });
  const next = record(known, lines);
  if (JSON.stringify(next) !== JSON.stringify(known)) await ledger.save(next);
}

/** What is shared is no line of ours: only what it was when it was first there is noted, and kept from then on. */
async function note<F>(want: readonly Resource[], { kinds, world, ledger }: Run<F>): Promise<void> {
  const noted = want.filter(({ kind }) => kinds[kind].note);
  if (noted.length === 0) return;
  const known = await ledger.read();
  const fresh = noted.filter((resource) => !madeOf(known, idOf(resource)));
  const seen = await observeAll(fresh, kinds, world);
  const lines = fresh.flatMap((resource): Made[] => {
    const id = idOf(resource);
    const found = seen.get(id);
    const ours = found?.is === 'present' ? (kinds[resource.kind] as Kind<unknown>).note?.(found.spec) : undefined;
    return ours === undefined ? [] : [{ id, ours }];
  });
  if (lines.length > 0) await ledger.save(record(known, lines));
}

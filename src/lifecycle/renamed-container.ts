import type { Kind } from '../engine/kind.ts';
import type { Made } from '../engine/ledger.ts';
import type { Installation } from '../installation/installation.ts';
import { kinds } from '../kinds/index.ts';
import { appOf, isSettings, partsOf, placeOf } from '../model/app-setting.ts';
import { idOf, parseId, type Resource } from '../model/resource.ts';

/** What homeauth sets in an app, and the file that notes it. */
interface Spec {
  readonly in?: string;
  readonly upstream?: string;
  readonly unread?: string;
  readonly sent?: string;
  readonly unseen?: true;
}

/**
 * Compose calls a container otherwise where its project is: what homeauth set in it is there, and the ledger has it below
 * a name that is gone. It is taken over with what was there before, so that it can be given back.
 * @returns whether there was one
 */
export async function followRenamed({ ledger, world }: Installation, want: readonly Resource[]): Promise<boolean> {
  const lines = await ledger.read();
  const wanted = new Set(want.map(idOf));
  const old = lines.filter(({ id }) => isSettings(parseId(id).kind) && !wanted.has(id));
  if (old.length === 0) return false;
  const there = new Set((await world.docker.containers()).map(({ name }) => name));
  const gone = old.filter(({ id }) => !there.has(partsOf(placeOf(parseId(id).key))[0]));
  let now = lines;
  for (const resource of want) {
    const former = gone.find((made) => isSame(made, resource));
    if (!former || lines.some(({ id }) => id === idOf(resource))) continue;
    const { unread, sent } = former.ours as Spec;
    const spec = resource.spec as Spec;
    const noted = { ...spec, ...(unread !== undefined && { unread }), ...(sent !== undefined && { sent }) };
    const kind = kinds[resource.kind] as Kind<unknown>;
    const found = await kind.observe(resource.key, world, noted);
    // Something else that has no value of ours yet was never this one.
    if (found.is !== 'present' || (found.spec as Spec).unseen || kind.differs(noted, found.spec).length > 0) continue;
    await move(sent ?? unread ?? '', spec.sent ?? spec.unread ?? '', world);
    const place = spec.in === undefined ? { upstream: spec.upstream } : { in: spec.in };
    const line = { ...former, id: idOf(resource), ours: spec, before: { ...(former.before as Spec), ...place } };
    now = now.map((made) => (made === former ? line : made));
  }
  if (now === lines) return false;
  await ledger.save(now);
  return true;
}

/** The same place in a container of another name, set for the same app. */
function isSame({ id, ours, before }: Made, { kind, key, spec }: Resource): boolean {
  const made = parseId(id);
  const behind = (one: string) => one.slice(partsOf(placeOf(one))[0].length);
  return (
    made.kind === kind &&
    before !== undefined &&
    behind(made.key) === behind(key) &&
    appOf(ours as Spec) === appOf(spec as Spec)
  );
}

async function move(from: string, to: string, { files }: Installation['world']): Promise<void> {
  const text = await files.read(from);
  if (text === undefined) return;
  await files.write(to, text, 0o600);
  await files.remove(from);
}

import type { CaddyPlace, CaddySpec, Id } from '../../model/resource.ts';
import type { World } from '../../world/world.ts';
import { checkAbility } from './ability.ts';
import { adaptFile, adaptOwn, checkRoom, isAccepted } from './adapt.ts';
import { withAside } from './aside.ts';
import { type Configuration, difference, hostsIn, ownersSites } from './configuration.ts';
import { readerOf } from './container.ts';
import { gone, incomplete, notWhatItRuns, refused, refusedWhole, siteLost, stale, unseen } from './failures.ts';
import { type Instance, instanceOf } from './instance.ts';
import { asOne, partsOf, textIn, withOurs, withoutOurs } from './placement.ts';
import { checkPlaceBeside, readTexts } from './read.ts';
import { lastLoaded, revisionIn, running, runningText } from './running.ts';
import { sitesIn } from './site-changes.ts';
import { type AskAgain, type Lost, sitesAnswer } from './sites-answer.ts';
import { swap, type Texts } from './swap.ts';

/** Put our text into Caddy's configuration, and see it there. */
export async function put(want: CaddySpec, world: World): Promise<void> {
  const { files } = world;
  const { inside, outside } = want.caddyfile;
  if (want.how === 'import') await checkPlaceBeside(files, outside);
  const caddy = await instanceOf(want, inside, world);
  if (!caddy) throw gone(want);
  const { before, runs, ours } = await accepted(want, caddy, files);
  const lost = await sitesAnswer(caddy, runs, ours, world);
  const beside = want.how === 'import' ? want.text : undefined;
  const after: Texts = { caddyfile: withOurs(before.caddyfile, want), ours: beside };
  await swap(files, want, before, after, {
    load: async () => {
      await assertComplete(want, caddy, runs, ours);
      await reload(caddy, inside);
      const revision = revisionIn(await runningText(caddy)) || (await lastLoaded(caddy));
      if (revision !== want.revision) throw unseen(want);
      const missing = await lost(await isAsBefore(caddy, runs, ours));
      if (missing.length > 0) throw siteLost(missing, outside);
    },
    reload: () => reload(caddy, inside),
    lost: () => stillLost(lost, world),
  });
}

/** Whether Caddy serves its owner's sites as in this configuration, whatever is homeauth's. */
const isAsBefore = async (caddy: Instance, runs: Configuration, ours: ReadonlySet<string>): Promise<boolean> =>
  difference(runs, await running(caddy), ours) === undefined;

/** Once everything is put back: what was lost for a moment comes again. */
async function stillLost(lost: AskAgain, { clock }: World): Promise<readonly Lost[]> {
  if ((await lost(true)).length === 0) return [];
  await clock.sleep(2_000);
  return lost(true);
}

/**
 * Asks the Caddy that runs whether it would take our text. One that does not run cannot be asked, and of one that is
 * made anew before, or given another file, the answer would say nothing.
 */
export async function rehearse(want: CaddySpec, world: World, changing: ReadonlySet<Id>): Promise<void> {
  if (want.how === 'import') await checkPlaceBeside(world.files, want.caddyfile.outside);
  if (changing.has(`container:${want.container}`) || changing.has(`file:${want.caddyfile.outside}`)) return;
  const caddy = await instanceOf(want, want.caddyfile.inside, world);
  if (caddy) await accepted(want, caddy, world.files);
}

/** @throws Failure where Caddy would not take our text; nothing is changed */
async function accepted(want: CaddySpec, caddy: Instance, files: World['files']) {
  const { outside } = want.caddyfile;
  const before = await readTexts(files, outside);
  const seen = await caddy.sees();
  if (seen !== undefined && seen !== before.caddyfile) throw stale(want);
  await checkAbility(want, caddy);
  const own = withoutOurs(before.caddyfile);
  const adapted = await adaptOwn(own, caddy, outside);
  const beside = withAside(own, want.replaces, []);
  checkRoom(beside, beside === own ? adapted : await adaptOwn(beside, caddy, outside), want);
  const refusal = await isAccepted(asOne(before.caddyfile, want), caddy);
  if (refusal !== undefined) throw refusedWhole(outside, refusal, await isAccepted(own, caddy));
  const ours = oursIn(before, want);
  const runs = await assertLoaded(want, { caddy, before, adapted, ours });
  return { before, runs, ours };
}

/** The hosts of homeauth's own sites, as they are to be and as they stand there, and where they dial authentik. */
function oursIn({ caddyfile, ours = '' }: Texts, want?: CaddySpec): ReadonlySet<string> {
  const texts = [want?.text ?? '', textIn(caddyfile) ?? ours];
  const dialled = texts.flatMap((text) => /^\tforward_auth http:\/\/(\S+) \{$/m.exec(text)?.[1] ?? []);
  const sites = [...(want?.sites ?? []), ...texts.flatMap(sitesIn)];
  return new Set([...sites.map(({ host }) => host), ...dialled]);
}

interface Loaded {
  readonly caddy: Instance;
  readonly before: Texts & { readonly isPutBack: boolean };
  /** The owner's text alone. */
  readonly adapted: Configuration | undefined;
  readonly ours: ReadonlySet<string>;
}

/**
 * A reload loads whatever the file says. So Caddy has to run that already: the file with homeauth's part, or without,
 * where a power cut came between the two.
 * @throws Failure where it runs something else
 */
async function assertLoaded(
  { caddyfile, ...place }: CaddyPlace & Pick<CaddySpec, 'caddyfile'>,
  { caddy, before, adapted, ours }: Loaded,
): Promise<Configuration> {
  const runs = await running(caddy);
  // What a power cut left half written may have been loaded since.
  if (before.isPutBack) return runs;
  const whole = before.caddyfile.trim() === '' ? {} : await adaptFile(caddyfile.inside, caddy).catch(() => undefined);
  const given = [whole, adapted].filter((one) => one !== undefined);
  const differences = given.map((one) => difference(runs, one, ours));
  const [first] = differences;
  if (first && differences.every((one) => one)) throw notWhatItRuns(place, caddyfile, first, caddy.envFiles.length > 0);
  return runs;
}

/**
 * The very files, as they lie there now, with the import that takes them: nothing of the owner's is lost in them, and
 * all of ours is there.
 */
async function assertComplete(
  want: CaddySpec,
  caddy: Instance,
  runs: Configuration,
  ours: ReadonlySet<string>,
): Promise<void> {
  const given = await adaptFile(want.caddyfile.inside, caddy);
  const hosts = hostsIn(given);
  const owners = new Set(ownersSites(runs, ours).flatMap((site) => site.hosts));
  const missing = [...owners].filter((host) => !hosts.has(host));
  const absent = want.sites.map(({ host }) => host).filter((host) => !hosts.has(host));
  if (missing.length + absent.length > 0) throw incomplete(want.caddyfile.outside, [...missing, ...absent]);
}

/** Take our text out: the Caddyfile becomes, byte for byte, what its owner wrote. */
export async function takeOut(outside: string, world: World): Promise<void> {
  const { files } = world;
  const before = await readTexts(files, outside);
  const after: Texts = { caddyfile: withoutOurs(before.caddyfile), ours: undefined };
  const how = partsOf(before.caddyfile)[0]?.is === 'block' ? 'block' : 'import';
  const reader = await readerOf(world, outside);
  const { inside = '', ...where } = reader ?? {};
  const caddy = reader && (await instanceOf(reader, inside, world));
  const place = { ...where, how, caddyfile: { outside, inside } } as const;
  // One that does not run our text has nothing to forget.
  if (!caddy || !revisionIn(await runningText(caddy))) {
    const nothing = async () => {};
    return swap(files, place, before, after, { load: nothing, reload: nothing, lost: async () => [] });
  }
  const adapted = await adaptOwn(after.caddyfile, caddy, outside);
  const ours = oursIn(before);
  const runs = await assertLoaded(place, { caddy, before, adapted, ours });
  const lost = await sitesAnswer(caddy, runs, ours, world);
  await swap(files, place, before, after, {
    load: async () => {
      await reload(caddy, inside, after.caddyfile);
      const missing = await lost(await isAsBefore(caddy, runs, ours));
      if (missing.length > 0) throw siteLost(missing, outside);
    },
    reload: () => reload(caddy, inside, before.caddyfile),
    lost: () => stillLost(lost, world),
  });
}

/** @throws Failure with Caddy's own words; it goes on with what it had then */
async function reload(caddy: Instance, inside: string, text = 'something'): Promise<void> {
  // Caddy takes no file without a single character, but a blank text is the empty configuration.
  const blank = text.trim() === '';
  const result = await caddy.run(
    ['reload', '--config', blank ? '-' : inside, '--adapter', 'caddyfile'],
    blank ? '\n' : undefined,
  );
  if (result.code !== 0) throw refused(result);
}

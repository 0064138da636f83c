import type { CaddySpec, Id } from '../../model/resource.ts';
import type { ContainerDetails } from '../../world/docker/docker.ts';
import type { World } from '../../world/world.ts';
import { checkAbility } from './ability.ts';
import { type CaddyCommand, caddyCommand } from './command.ts';
import { readerOf } from './container.ts';
import { gone, refused, refusedWhole, stale, unseen } from './failures.ts';
import { asOne, partsOf, withOurs, withoutOurs } from './placement.ts';
import { readTexts } from './read.ts';
import { adaptOwn, checkRoom, isAccepted } from './room.ts';
import { lastLoaded, revisionIn } from './running.ts';
import { swap, type Texts } from './swap.ts';

/** Put our text into Caddy's configuration, and see it there. */
export async function put(want: CaddySpec, { files, docker }: World): Promise<void> {
  const { inside } = want.caddyfile;
  const details = await docker.container(want.container);
  if (!details) throw gone(want.container);
  const { caddy, before } = await accepted(want, details, { files, docker });
  const ours = want.how === 'import' ? want.text : undefined;
  const after: Texts = { caddyfile: withOurs(before.caddyfile, want), ours };
  await swap(files, want, before, after, {
    load: async () => {
      await reload(caddy, inside);
      const revision = (await runningRevision(caddy)) ?? (await lastLoaded(docker, details));
      if (revision !== want.revision) throw unseen(want);
    },
    reload: () => reload(caddy, inside),
  });
}

/**
 * Asks the Caddy that runs whether it would take our text. One that does not run cannot be asked, and of one that is
 * made anew before, or given another file, the answer would say nothing.
 */
export async function rehearse(want: CaddySpec, { files, docker }: World, changing: ReadonlySet<Id>): Promise<void> {
  if (changing.has(`container:${want.container}`) || changing.has(`file:${want.caddyfile.outside}`)) return;
  const details = await docker.container(want.container);
  if (details?.found.state === 'running') await accepted(want, details, { files, docker });
}

/** @throws Failure where Caddy would not take our text; nothing is changed */
async function accepted(
  want: CaddySpec,
  details: ContainerDetails,
  { files, docker }: Pick<World, 'files' | 'docker'>,
) {
  const { inside, outside } = want.caddyfile;
  const caddy = caddyCommand(docker, want.container, inside);
  const before = await readTexts(files, outside);
  const seen = await caddy.other(['cat', inside]);
  if (seen.code === 0 && seen.stdout !== before.caddyfile) throw stale(want);
  await checkAbility(want, caddy, details);
  const own = withoutOurs(before.caddyfile);
  checkRoom(own, await adaptOwn(own, caddy, outside), want);
  const refusal = await isAccepted(asOne(before.caddyfile, want), caddy);
  if (refusal !== undefined) throw refusedWhole(outside, refusal, await isAccepted(own, caddy));
  return { caddy, before };
}

/** Take our text out: the Caddyfile becomes, byte for byte, what its owner wrote. */
export async function takeOut(outside: string, { files, docker }: World): Promise<void> {
  const before = await readTexts(files, outside);
  const after: Texts = { caddyfile: withoutOurs(before.caddyfile), ours: undefined };
  const how = partsOf(before.caddyfile)[0]?.is === 'block' ? 'block' : 'import';
  const reader = await readerOf(docker, outside);
  if (!reader?.running) {
    const nothing = async () => {};
    const place = { how, container: '', caddyfile: { outside, inside: '' } } as const;
    return swap(files, place, before, after, { load: nothing, reload: nothing });
  }
  const { container, inside } = reader;
  const caddy = caddyCommand(docker, container, inside);
  await adaptOwn(after.caddyfile, caddy, outside);
  await swap(files, { how, container, caddyfile: { outside, inside } }, before, after, {
    load: () => reload(caddy, inside, after.caddyfile),
    reload: () => reload(caddy, inside, before.caddyfile),
  });
}

/** @throws Failure with Caddy's own words; it goes on with what it had then */
async function reload(caddy: CaddyCommand, inside: string, text = 'something'): Promise<void> {
  // Caddy takes no file without a single character, but a blank text is the empty configuration.
  const blank = text.trim() === '';
  const result = await caddy.run(
    ['reload', '--config', blank ? '-' : inside, '--adapter', 'caddyfile'],
    blank ? '\n' : undefined,
  );
  if (result.code !== 0) throw refused(result);
}

/** The mark in what Caddy says that it runs; undefined where it cannot be asked. */
async function runningRevision(caddy: CaddyCommand): Promise<string | undefined> {
  const answer = await caddy.other(['wget', '-qO-', 'http://localhost:2019/config/']).catch(() => undefined);
  return answer?.code === 0 ? revisionIn(answer.stdout) : undefined;
}

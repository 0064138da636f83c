import { ldapApps, ldapContainer } from '../config/ldap.ts';
import { stackContainers } from '../desired/containers.ts';
import type { Facts } from '../desired/facts.ts';
import { ldapImage } from '../desired/ldap.ts';
import { ownCaddyImage } from '../desired/own-caddy.ts';
import { type Ledger, type LedgerStore, type Made, madeOf, record } from '../engine/ledger.ts';
import { digestIn, partsOf } from '../model/image-name.ts';
import { type Id, parseId } from '../model/resource.ts';
import type { Docker } from '../world/docker/docker.ts';
import type { Installation } from './installation.ts';

/** Digests, by the name of the image. */
export type Pins = Readonly<Record<string, string>>;

/**
 * Which image each name stands for. What the ledger has holds; without a note the one that runs by that name, so that
 * nothing is made anew, and only then the one that has the name now.
 */
export async function pinsOf(
  { config, era, layout, world }: Installation,
  ledger: Ledger,
  facts: Pick<Facts, 'proxy' | 'postgres'>,
): Promise<Pins> {
  const { proxy } = facts;
  const noted = notedIn(ledger);
  const images = Object.entries(stackContainers(config, era, layout, facts)).map(
    ([name, { image }]) => [name, image] as const,
  );
  const all = [
    ...images,
    ...(proxy.is === 'caddy' && proxy.own ? [['caddy', ownCaddyImage(config)] as const] : []),
    ...ldapApps(config).map((app) => [ldapContainer(app), ldapImage(config)] as const),
  ];
  const unknown = new Set(all.map(([, image]) => image).filter((image) => noted[image] === undefined));
  const found = [...unknown].map(async (image) => {
    const users = all.filter(([, other]) => other === image).map(([name]) => name);
    return [image, await digestHere(image, users, world.docker)] as const;
  });
  const known = (await Promise.all(found)).filter((one): one is [string, string] => one[1] !== undefined);
  return { ...noted, ...Object.fromEntries(known) };
}

/** The digests that the ledger keeps, by the name of the image. */
export function notedIn(ledger: Ledger): Pins {
  const notes = ledger.filter(({ id }) => isImage(id));
  return Object.fromEntries(notes.map(({ id, ours }) => [parseId(id).key, (ours as { digest: string }).digest]));
}

/** Those of the noted images by whose name its registry has another one now. @throws Failure where one does not answer */
export async function newer({ ledger, world }: Installation): Promise<Pins> {
  const noted = Object.entries(notedIn(await ledger.read()));
  const now = await Promise.all(noted.map(async ([image]) => [image, await world.docker.inRegistry(image)] as const));
  return Object.fromEntries(now.filter(([, digest], n) => digest !== noted[n]?.[1]));
}

/** From now on these names stand for these images; one that nobody wants any more has lost its note, and keeps none. */
export async function keep(pins: Pins, ledger: LedgerStore): Promise<void> {
  const known = await ledger.read();
  const lines = Object.entries(pins).map(([image, digest]): Made => ({ id: `image:${image}`, ours: { digest } }));
  const noted = lines.filter(({ id }) => madeOf(known, id));
  if (noted.length > 0) await ledger.save(record(known, noted));
}

const isImage = (id: Id): boolean => parseId(id).kind === 'image';

async function digestHere(image: string, users: readonly string[], docker: Docker): Promise<string | undefined> {
  for (const name of users) {
    const container = await docker.container(name);
    if (!container || partsOf(container.image).image !== image) continue;
    const digest = digestIn((await docker.image(container.imageId))?.digests ?? [], image);
    if (digest !== undefined) return digest;
  }
  return digestIn((await docker.image(image))?.digests ?? [], image);
}

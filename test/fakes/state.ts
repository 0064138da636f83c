import type { MemoryFiles } from './files.ts';
import { at } from './installed.ts';
import { objectsIn } from './objects.ts';
import type { FakeWorld } from './world.ts';

/** Files that hold one secret and nothing else, and those that hold one a line. */
const secretFiles = [at('.homeauth/admin-password'), at('.homeauth/token.env'), at('container-vars.env')];

/** Every secret on disk by its name. */
export async function secretsOn({ files }: Pick<FakeWorld, 'files'>): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const path of [...secretFiles, at('.homeauth/bootstrap.env')]) {
    for (const line of ((await files.read(path)) ?? '')
      .split('\n')
      .filter((text) => text !== '' && !text.startsWith('#'))) {
      const [name = '', value] = line.split(/=(.*)/s);
      if (value === undefined) found[path] = line;
      else if (/PASS|SECRET|TOKEN/.test(name)) found[`${path} ${name}`] = value.replace(/^(["'])(.*)\1$/, '$2');
    }
  }
  return found;
}

/** What homeauth made of a machine, secrets and what is computed from them masked: two machines can be compared. */
export async function stateOf(fake: FakeWorld) {
  const ledger = await fake.files.read(at('.homeauth/ledger.json'));
  const masked = Object.entries(await secretsOn(fake)).reduce(
    (text, [name, value]) => text.replaceAll(value, `<${name}>`),
    JSON.stringify({ ...(fake.files as MemoryFiles).snapshot(), [at('.homeauth/ledger.json')]: ledger === undefined }),
  );
  const hasDatabase = (await fake.files.stat(at('db/PG_VERSION'))) !== undefined;
  const sorted = Object.entries(hasDatabase ? await objectsIn(fake) : {}).map(
    ([name, all]) => [name, all.toSorted()] as const,
  );
  return {
    files: JSON.parse(masked.replace(/(homeauth\.revision\\*"?: \\*")[^"\\]+/g, '$1<revision>')) as Record<
      string,
      string
    >,
    ledger: ledger === undefined ? [] : (JSON.parse(ledger).made as { id: string }[]).map(({ id }) => id).toSorted(),
    containers: [...fake.docker.boxes]
      .map(
        ([name, box]) =>
          `${name} ${box.made.definition.image} ${box.running !== undefined} ${[...box.networks].toSorted()}`,
      )
      .toSorted(),
    networks: [...fake.docker.networks.keys()].toSorted(),
    objects: Object.fromEntries(sorted),
  };
}

import { at } from './installed.ts';
import { detailsIn } from './objects.ts';
import type { FakeWorld } from './world.ts';

/** Files that hold one secret and nothing else, and those that hold one a line. */
const secretFiles = [
  at('.homeauth/admin-password'),
  at('.homeauth/apps/whoami.env'),
  at('.homeauth/token.env'),
  at('container-vars.env'),
];

/** Every secret on disk by its name. */
export async function secretsOn({ files }: Pick<FakeWorld, 'files'>): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const path of [...secretFiles, at('.homeauth/bootstrap.env')]) {
    for (const line of ((await files.read(path)) ?? '')
      .split('\n')
      .filter((text) => text !== '' && !text.startsWith('#'))) {
      const [name = '', value] = line.split(/=(.*)/s);
      if (value === undefined) found[path] = line;
      else if (/PASS|SECRET|TOKEN|CLIENT_ID/.test(name))
        found[`${path} ${name}`] = value.replace(/^(["'])(.*)\1$/, '$2');
    }
  }
  return found;
}

/** What homeauth made of a machine, secrets and what is computed from them masked: two machines can be compared. */
export async function stateOf(fake: FakeWorld) {
  const text = await fake.files.read(at('.homeauth/ledger.json'));
  const hasDatabase = (await fake.files.stat(at('db/PG_VERSION'))) !== undefined;
  const state = {
    files: {
      ...fake.files.snapshot(),
      // Its lines are in the order in which things were made.
      ...(text !== undefined && { [at('.homeauth/ledger.json')]: 'as below' }),
    },
    ledger: text === undefined ? [] : sorted((JSON.parse(text).made as object[]).map((line) => JSON.stringify(line))),
    containers: sorted(
      [...fake.docker.boxes.values()].map(({ made, environment, networks, aliases, running }) =>
        JSON.stringify({
          ...made,
          // As they are now: one that was connected later is no other than one that was there from the start.
          definition: {
            ...made.definition,
            networks: sorted([...networks].map((one) => `${one} ${aliases.get(one)}`)),
          },
          environment,
          running: running !== undefined,
        }),
      ),
    ),
    networks: sorted([...fake.docker.networks].map((network) => JSON.stringify(network))),
    objects: hasDatabase ? await detailsIn(fake) : {},
  };
  const masked = Object.entries(await secretsOn(fake)).reduce(
    (all, [name, value]) => all.replaceAll(value, `<${name}>`),
    JSON.stringify(state),
  );
  return JSON.parse(masked.replace(/(revision\\*"?: ?\\*")[^"\\]+/g, '$1<revision>')) as typeof state;
}

const sorted = (all: readonly string[]): readonly string[] => all.toSorted();

import pMap from 'p-map';

/** How many are under way at once: authentik on two cores gains nothing from more, and its database stays at ease. */
const width = 4;

/** Do all of it, some at once. After the first failure nothing more is begun, and what was begun comes to its end. */
export async function sideBySide<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  await pMap(
    all,
    async (one) => {
      if (failures.length > 0) return;
      await work(one).catch((error: unknown) => failures.push(error));
    },
    { concurrency: width },
  );
  if (failures.length > 0) throw failures[0];
}

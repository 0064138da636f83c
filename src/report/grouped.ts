/** Those that have a word in common, in the order in which each word first comes up. */
export function grouped<T, K>(items: readonly T[], word: (item: T) => K): [K, T[]][] {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = word(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups];
}

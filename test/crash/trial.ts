/** One thing that was tried: what was done where, and everything that was not as promised afterwards. */
export interface Trial {
  readonly place: string;
  /** Empty where it went well. */
  readonly wrong: readonly string[];
}

/** Where two plain values differ, a line each; secrets in them are masked by whoever made them. */
export function differences(want: unknown, have: unknown, path = ''): string[] {
  if (Object.is(want, have)) return [];
  const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null;
  if (!isBranch(want) || !isBranch(have)) return [`${path}: ${short(want)} became ${short(have)}`];
  if (Array.isArray(want) && Array.isArray(have)) {
    const gone = want.filter((one) => !have.some((other) => JSON.stringify(other) === JSON.stringify(one)));
    const more = have.filter((one) => !want.some((other) => JSON.stringify(other) === JSON.stringify(one)));
    if (gone.length + more.length > 0)
      return [...gone.map((one) => `${path}: lacks ${short(one)}`), ...more.map((one) => `${path}: has ${short(one)}`)];
    return want.length === have.length ? [] : [`${path}: ${have.length} in the place of ${want.length}`];
  }
  const keys = new Set([...Object.keys(want), ...Object.keys(have)]);
  return [...keys].flatMap((key) =>
    differences((want as Record<string, unknown>)[key], (have as Record<string, unknown>)[key], `${path}/${key}`),
  );
}

const short = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};

import leven from 'leven';

/**
 * The candidate that was most likely meant, or nothing where none comes close. Spelling variants of one name
 * (`baseDir`, `base_dir`) and its beginning (`paperles` for `paperless-ngx`) count as close.
 */
export function nearest(typed: string, candidates: readonly string[]): string | undefined {
  const wanted = plain(typed);
  if (wanted === '') return undefined;
  const limit = Math.max(1, Math.floor(wanted.length * 0.4));
  let best: { name: string; distance: number } | undefined;
  for (const name of candidates) {
    const distance = distanceTo(wanted, plain(name), limit);
    if (distance <= limit && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { name, distance };
  }
  return best?.name;
}

function distanceTo(wanted: string, name: string, limit: number): number {
  const whole = leven(wanted, name, { maxDistance: limit + 1 });
  if (wanted.length < 4 || name.length <= wanted.length) return whole;
  return Math.min(whole, leven(wanted, name.slice(0, wanted.length)) + 1);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '');
}

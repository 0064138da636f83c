/** Milliseconds in words: `42 s`, `1 min 12 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  if (minutes < 60) return joined(minutes, 'min', seconds % 60, 's');
  return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

/** The same where it is worth telling: from a second on. */
export const elapsed = (ms: number): string | undefined => (ms < 1000 ? undefined : duration(ms));

function joined(big: number, unit: string, small: number, part: string): string {
  return small === 0 ? `${big} ${unit}` : `${big} ${unit} ${small} ${part}`;
}

/** A moment of ISO 8601 to the minute, in this machine's time: `2026-11-24 23:05`. */
export const minute = (iso: string): string => new Date(iso).toLocaleString('sv-SE').slice(0, 16);

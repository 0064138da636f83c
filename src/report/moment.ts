/** A moment of ISO 8601 to the minute, in this machine's time: `2026-11-24 23:05`. */
export const minute = (iso: string): string => new Date(iso).toLocaleString('sv-SE').slice(0, 16);

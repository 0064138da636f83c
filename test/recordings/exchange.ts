import { readFileSync } from 'node:fs';

export interface Exchange {
  file: string;
  line: number;
  t: number;
  note: string;
  request: { method: string; path: string; headers: Record<string, string>; body?: unknown };
  response: { status?: number; headers?: Record<string, string | string[]>; body?: unknown };
}

/** The exchanges of one recording, numbered from 1. */
export function readRecording(file: string): Exchange[] {
  const text = readFileSync(new URL(`./2026.8.0-rc1/${file}.jsonl`, import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line, index) => ({ ...(JSON.parse(line) as Exchange), file, line: index + 1 }));
}

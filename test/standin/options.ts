import { setTimeout } from 'node:timers/promises';
import type { DialMail, MailSettings } from './smtp.ts';
import type { Store } from './store.ts';

/** How long each phase takes, in milliseconds. Real ones are about 35000, 3000, 10000 and 5000 on two cores. */
export interface Timings {
  migrate: number;
  bootstrap: number;
  blueprints: number;
  outpostRefresh: number;
  /** How often the worker looks whether there is something to do. */
  idle: number;
}

/** One request that the server saw. `path` has its query; `status` 0 means that the answer was never sent. */
export interface Seen {
  method: string;
  path: string;
  status: number;
  at: number;
  /** When it was answered. */
  until?: number;
}

/** What goes wrong with one request. `commit` says whether the change is kept although the answer is lost. */
export type Fault =
  | { kind: 'drop'; commit: boolean }
  | { kind: 'crash'; commit: boolean }
  | { kind: 'recycled'; commit: boolean }
  | { kind: 'truncate' }
  | { kind: 'status'; status: 429 | 503; retryAfter?: number }
  | { kind: 'delay'; ms: number }
  /** Its own answer, with another body. */
  | { kind: 'garble'; change: (body: string) => string }
  /** Any other answer in the place of its own. */
  | { kind: 'answer'; commit: boolean; status: number; body: unknown };

export interface Timer {
  now(): number;
  /** Rejects where the signal comes first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface StandinOptions {
  version?: string;
  secretKey: string;
  store: Store;
  timings?: Partial<Timings>;
  /** Releases whose migrations fail, after they have written their row. */
  failing?: readonly string[];
  /** CIDRs whose X-Forwarded-* headers count; authentik's own list when left out. */
  trustedProxies?: readonly string[];
  bootstrap?: { token?: string; password?: string; email?: string };
  /** AUTHENTIK_WEB__BASE_URL: stored at start when the database has none (2026.8 and later). */
  baseUrl?: string;
  /** Whether the data directory can be written to: `can_save_media` in root/config. True when left out. */
  canSaveMedia?: boolean;
  /** Where the worker's mail goes; without it a mail that is due is only told of in the log. */
  mail?: MailSettings;
  dialMail?: DialMail;
  host?: string;
  port?: number;
  /** `path` has its query; `nth` counts from 1 for each pair of method and path. */
  fault?: (request: { method: string; path: string; nth: number; body: string }) => Fault | undefined;
  /** What an answer costs the machine, in ms; one request is served after the other. Nothing when left out. */
  cost?: (request: { method: string; path: string; rows: number }) => number;
  /** Whether the outpost goes on with what it has, whatever changed: a test that wants to say when it hears of it. */
  outpostWaits?: () => boolean;
  /** The clock that links, invitations and second factors go by; the real one when left out. */
  now?: () => number;
  /** What its start, its worker and its outpost wait by, in ms; the real one when left out. */
  timer?: Timer;
  checkSchema?: boolean;
  log?: (line: string) => void;
}

export interface Standin {
  url: string;
  port: number;
  requests: readonly Seen[];
  violations: readonly string[];
  close(): Promise<void>;
}

const QUICK: Timings = { migrate: 300, bootstrap: 50, blueprints: 300, outpostRefresh: 100, idle: 10 };

export const timingsOf = (given: Partial<Timings> | undefined): Timings => ({ ...QUICK, ...given });
export const realTimer: Timer = { now: Date.now, sleep: (ms, signal) => setTimeout(ms, undefined, { signal }) };
export const DEFAULT_VERSION = '2026.8.6';

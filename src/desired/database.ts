import type { Config } from '../config/schema.ts';
import type { Era } from '../model/release.ts';

/** The limit moves in steps of so many: a new one restarts the database, and not every new app may. */
const step = 200;
/** Shared memory for each step, in bytes: what Docker gives by itself is for 100 connections. */
const shm = 128 * 1024 * 1024;

/** What PostgreSQL is started with, so that authentik never stands before a database without free connections. */
export function databaseSize({ connections }: Era, { apps }: Config): { command: string[]; shmSize: number } {
  const steps = Math.ceil((connections.base + connections.perApp * apps.length) / step);
  return { command: ['postgres', '-c', `max_connections=${steps * step}`], shmSize: steps * shm };
}

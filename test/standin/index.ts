/** @public */
export type { Fault, Seen, Standin, StandinOptions, Timings } from './options.ts';
export { startServer } from './server.ts';
/** @public */
export { type MemoryStore, memoryStore, type Store } from './store.ts';
export { postgresStore } from './store-postgres.ts';
export { startWorker } from './worker.ts';

export type { Fault, Seen, Standin, StandinOptions, Timings } from './options.ts';
export { startServer } from './server.ts';
export { type MemoryStore, memoryStore, type Store } from './store.ts';
export { type PostgresOptions, postgresStore } from './store-postgres.ts';
export { startWorker } from './worker.ts';

import { createRequire } from 'node:module';

/** homeauth's own version, from its package. */
export const version = (): string => createRequire(import.meta.url)('../../package.json').version;

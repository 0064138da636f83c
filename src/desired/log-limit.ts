import type { ContainerDefinition } from '../model/container.ts';
import type { Facts } from './facts.ts';

/**
 * A limit for what a container writes, where Docker would keep all of it for ever: its `json-file` does, unless told.
 * Another driver was somebody's choice (`local` has a limit of its own), and does not know these options.
 */
export const logLimit = ({ logDriver }: Pick<Facts, 'logDriver'>): Pick<ContainerDefinition, 'logging'> =>
  logDriver === 'json-file' ? { logging: { driver: logDriver, options: { 'max-size': '10m', 'max-file': '3' } } } : {};

import { randomInt } from 'node:crypto';
import { Secret } from '../model/secret.ts';
import type { Random } from './world.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';

const pick = (from: string): string => from[randomInt(from.length)]!;

export const systemRandom: Random = {
  alphanumeric(length) {
    const rest = Array.from({ length: length - 1 }, () => pick(letters + digits));
    return new Secret(pick(letters) + rest.join(''));
  },
};

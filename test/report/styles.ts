import { Chalk } from 'chalk';
import { styleOf } from '../../src/report/style.ts';

export const plain = (columns = 80) => styleOf({ columns, unicode: true, colour: new Chalk({ level: 0 }) });
export const ascii = (columns = 80) => styleOf({ columns, unicode: false, colour: new Chalk({ level: 0 }) });
export const coloured = (columns = 80) => styleOf({ columns, unicode: true, colour: new Chalk({ level: 1 }) });

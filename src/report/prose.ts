import type { Shown } from '../model/shown.ts';
import { paragraph } from './layout.ts';
import type { Style } from './style.ts';

/** Sentences, wrapped; a command among them stays on one line. */
export const prose = (text: Shown, style: Style): string => paragraph(style.text(text), style.room).join('\n');

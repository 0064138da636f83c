import { paragraph } from './layout.ts';
import type { Style } from './style.ts';

/** Sentences, wrapped; a command among them stays on one line. */
export const prose = (text: string, style: Style): string => paragraph(style.text(text), style.room).join('\n');

import type { Issue } from '../model/failure.ts';
import { type Shown, textOf } from '../model/shown.ts';
import { below, paragraph } from './layout.ts';
import type { Style } from './style.ts';

/** What is behind the rest, where that is known. */
export type Trouble = Pick<Issue, 'code' | 'problem' | 'fix'>;

/** It comes first: whatever else is wrong may come of it. */
export function troubled({ problem, fix }: Trouble, style: Style): string[] {
  const prose = (text: Shown) => paragraph(style.text(text), style.room - 4);
  const [head = '', ...more] = prose(problem);
  return [`${style.mark('wrong')} ${head}`, ...below([...more, ...prose(`Fix: ${textOf(fix)}`)], 4)];
}

/** The same for a script. */
export const troubleData = ({ code, problem, fix }: Trouble) => ({ code, problem: textOf(problem), fix: textOf(fix) });

import type { Notice } from '../model/notice.ts';
import { linesOf, textOf } from '../model/shown.ts';
import { legible } from './text.ts';

/** ntfy makes a file of a message that is longer than 4096 bytes; this many letters stay below in every language of ours. */
const longest = 3000;

/** A notice as a title and plain text: the server's name, what is wrong, and the command to run. */
export function noticeWords({ host, command, wrong, fine }: Notice): { readonly title: string; readonly text: string } {
  const problems = wrong.length === 1 ? '1 problem' : `${wrong.length} problems`;
  const news = [...(wrong.length > 0 ? [problems] : []), ...(fine.length > 0 ? [`${fine.length} fine again`] : [])];
  const headline = news.length > 0 ? news.join(', ') : 'nothing is wrong';
  const parts = [
    ...wrong.map(({ subject, problem, why, fix }) =>
      [
        `Problem: ${subject === undefined ? '' : `${subject}: `}${textOf(problem)}`,
        ...(why === undefined ? [] : [textOf(why)]),
        `What to do:  ${linesOf(fix).join('\n')}`,
      ].join('\n'),
    ),
    ...fine.map((title) => `Fine again: ${title}`),
  ];
  const shown: string[] = [];
  for (const part of parts) if (shown.join('').length + part.length < longest) shown.push(part);
  const left = parts.length - shown.length;
  const more = left > 0 ? [`${left} more.`] : [];
  const text = [`On ${host}, seen by ${command}:`, ...shown, ...more, 'All of it:  homeauth doctor'].join('\n\n');
  return { title: legible(`homeauth on ${host}: ${headline}`, true), text: `${legible(text, true)}\n` };
}

/** The same for a script. */
export const noticeData = ({ host, command, wrong, fine }: Notice) => ({
  schema: 'homeauth.notice/1',
  host,
  command,
  problems: wrong.map(({ code, subject, problem, why, fix }) => ({
    code,
    ...(subject !== undefined && { subject }),
    problem: textOf(problem),
    ...(why !== undefined && { why: textOf(why) }),
    fix: textOf(fix),
  })),
  recovered: fine,
});

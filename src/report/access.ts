import type { Access } from '../model/access.ts';
import { paragraph, row } from './layout.ts';
import type { Style } from './style.ts';

/** `homeauth explain`: yes or no, and why. */
export function access({ user, app, passes, because, authentik, agree }: Access, style: Style): string {
  const verdict = passes ?? authentik;
  const text = verdict ? `${user} may open ${app}` : `${user} may not open ${app}`;
  return [
    ...row(style, { mark: style.mark(verdict ? 'done' : 'wrong'), text: style.text(text) }),
    ...because
      .flatMap((sentence) => paragraph(style.text(sentence), style.room - style.indent))
      .map((line) => `  ${line}`),
    ...opinion({ authentik, agree, passes }, style),
  ].join('\n');
}

function opinion(
  { authentik, agree, passes }: Pick<Access, 'agree' | 'passes'> & { authentik: boolean | undefined },
  style: Style,
): string[] {
  if (authentik === undefined) return [];
  const says = `authentik's own check of the rules says ${authentik ? 'yes' : 'no'}`;
  if (agree)
    return row(style, { mark: style.mark('leave'), text: passes === undefined ? `${says}.` : `${says}, too.` });
  return row(style, {
    mark: style.mark('look'),
    text: `${says}, and homeauth reads them otherwise. authentik's word counts: see Applications > Applications > Check access there.`,
  });
}

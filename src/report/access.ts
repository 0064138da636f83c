import type { Access } from '../model/access.ts';
import { paragraph, row } from './layout.ts';
import type { Style } from './style.ts';

/** `homeauth explain`: yes or no, and why. */
export function access(told: Access, style: Style): string {
  const { user, app, opens, because } = told;
  const text = opens ? `${user} may open ${app}` : `${user} may not open ${app}`;
  return [
    ...row(style, { mark: style.mark(opens ? 'done' : 'wrong'), text: style.text(text) }),
    ...because
      .flatMap((sentence) => paragraph(style.text(sentence), style.room - style.indent))
      .map((line) => `  ${line}`),
    ...opinion(told, style),
    ...openTo(told, style),
    ...claimsIn(told, style),
  ].join('\n');
}

function claimsIn({ app, claims }: Access, style: Style): string[] {
  if (!claims) return [];
  const wide = Math.max(...Object.keys(claims).map((name) => name.length));
  const lines = Object.entries(claims).map(([name, value]) => {
    const said = typeof value === 'string' ? value : JSON.stringify(value);
    return style.text(`  ${name.padEnd(wide)}  ${said}`);
  });
  return [...paragraph(style.text(`authentik would tell ${app}:`), style.room), ...lines];
}

function openTo({ openPaths }: Access, style: Style): string[] {
  if (openPaths.length === 0) return [];
  const text = `Everybody may open, without a login: ${openPaths.join(', ')}`;
  return row(style, { mark: style.mark('look'), text: style.text(text) });
}

function opinion({ opens, authentik, agree }: Access, style: Style): string[] {
  if (authentik === undefined) return [];
  const says = `authentik's own check of the rules says ${authentik ? 'yes' : 'no'}`;
  if (agree) return row(style, { mark: style.mark('leave'), text: opens === authentik ? `${says}, too.` : `${says}.` });
  return row(style, {
    mark: style.mark('look'),
    text: `${says}, but by homeauth's own evaluation it should say ${authentik ? 'no' : 'yes'}. authentik decides. See there: Applications > Applications > Check access.`,
  });
}

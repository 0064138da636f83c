import type { Invitation } from '../model/invitation.ts';
import { prose } from './layout.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { minute } from './time.ts';

export interface Fresh {
  readonly invitation: Invitation;
  readonly link: string;
  /** Whether authentik mails it; undefined where nobody asked for that. */
  readonly mailed: boolean | undefined;
}

/** An invitation just made, and its link. */
export function invitation({ invitation: made, link, mailed }: Fresh, style: Style): string {
  const { email, groups, expires } = made;
  const whose = email === '' ? '' : ` for ${email}`;
  const into = groups.length === 0 ? '' : `, into ${groups.join(', ')}`;
  return [
    style.marked('done', `an invitation${whose}${into}`),
    ...(mailed ? [style.marked('done', `authentik mails it to ${email}`)] : []),
    ...(mailed === false ? [style.marked('look', 'this release of authentik cannot mail it: hand the link over')] : []),
    `  ${link}`,
    '',
    prose(
      [
        `Whoever opens the link can make one account with it, until ${minute(expires)}.`,
        `Take it back: homeauth user invites --revoke ${made.name}`,
      ],
      style,
    ),
  ].join('\n');
}

/** All of them, one below the other. */
export function invitations(all: readonly Invitation[], style: Style): string {
  if (all.length === 0) return 'No invitation is open.';
  const rows = all.map(({ name, email, groups, expires, expired, singleUse }) => [
    name,
    email,
    groups.join(', '),
    expired ? 'has run out' : expires === '' ? 'never' : minute(expires),
    singleUse ? 'once' : 'many times',
  ]);
  return table(['NAME', 'FOR', 'GROUPS', 'GOOD UNTIL', 'USE'], rows, style);
}

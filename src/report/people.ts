import type { Access } from '../model/access.ts';
import type { Person, Session } from '../model/person.ts';
import type { Factor } from '../model/second-factor.ts';
import { prose } from './layout.ts';
import { methods } from './second-factor.ts';
import type { Style } from './style.ts';
import { pairs, table } from './table.ts';
import { minute } from './time.ts';

const none = '-';

const day = (iso: string): string => minute(iso).slice(0, 10);
const yes = (is: boolean): string => (is ? 'yes' : 'no');
const list = (names: readonly string[]): string => names.join(', ') || none;

/** Somebody is one now, or still: it is said whenever they come into a group. */
export const asAdmin = (username: string, style: Style): string =>
  style.marked('look', `${username} is an administrator: may change everything in authentik`);

/** `homeauth user list`. `authHost`: where they log in. */
export function people(
  all: readonly (Person & { readonly secondFactor: boolean })[],
  authHost: string,
  style: Style,
): string {
  const head = ['USER', 'E-MAIL', 'GROUPS', '2ND FACTOR', 'ACTIVE', 'LAST LOGIN'];
  const rows = all.map(({ username, email, groups, secondFactor, active, lastLogin }) => [
    username,
    email || none,
    list(groups),
    yes(secondFactor),
    yes(active),
    lastLogin ? day(lastLogin) : 'not yet',
  ]);
  const note = `LAST LOGIN: at https://${authHost}, with a password or a passkey. Opening an app while still logged in does not count.`;
  return [table(head, rows, style), '', prose(note, style)].join('\n');
}

export interface Whole {
  readonly person: Person;
  readonly factors: readonly Factor[];
  readonly sessions: readonly Session[];
  readonly access: readonly Access[];
}

/** `homeauth user show`. */
export function person({ person, factors, sessions, access }: Whole, style: Style): string {
  const opens = access.filter((one) => one.opens).map(({ app }) => app);
  const shut = access.filter((one) => !one.opens).map(({ app }) => app);
  const { username, name, email, groups, active, admin, lastLogin } = person;
  const login = lastLogin ? `last login ${minute(lastLogin)}` : 'has not logged in yet';
  return [
    style.colour.bold(style.text(name === username ? username : `${username}   ${name}`)),
    pairs(
      [
        ['E-mail', email || none],
        ['Groups', list(groups)],
        [
          'State',
          [active ? 'active' : 'disabled: may not log in', admin ? 'administrator' : '', login]
            .filter(Boolean)
            .join(', '),
        ],
        ['Second factor', factors.length > 0 ? factors.map(factor) : 'none'],
        ['Logged in', sessions.length > 0 ? sessions.map(session) : 'nowhere'],
        ['May open', list(opens)],
        ...(shut.length > 0 ? [['May not open', list(shut)] as const] : []),
      ],
      style,
    ),
  ].join('\n');
}

const factor = ({ method, lastUsed }: Factor): string =>
  `${methods([method])}, ${lastUsed ? `last used ${minute(lastUsed)}` : 'never used'}`;

const session = ({ browser, address, lastUsed, expires }: Session): string =>
  `${browser} from ${address}, last used ${minute(lastUsed)}, until ${minute(expires)}`;

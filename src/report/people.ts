import type { Access } from '../model/access.ts';
import type { Device, Person, Session } from '../model/person.ts';
import type { Style } from './style.ts';
import { pairs, table } from './table.ts';

const none = '-';

/** The day of a moment, or the minute, in this machine's time. */
const day = (iso: string): string => minute(iso).slice(0, 10);
const minute = (iso: string): string => new Date(iso).toLocaleString('sv-SE').slice(0, 16);
const yes = (is: boolean): string => (is ? 'yes' : 'no');
const list = (names: readonly string[]): string => names.join(', ') || none;

/** `homeauth user list`. */
export function people(all: readonly (Person & { readonly secondFactor: boolean })[], style: Style): string {
  const head = ['USER', 'E-MAIL', 'GROUPS', '2ND FACTOR', 'ACTIVE', 'LAST LOGIN'];
  const rows = all.map(({ username, email, groups, secondFactor, active, lastLogin }) => [
    username,
    email || none,
    list(groups),
    yes(secondFactor),
    yes(active),
    lastLogin ? day(lastLogin) : 'never',
  ]);
  return table(head, rows, style);
}

export interface Whole {
  readonly person: Person;
  readonly devices: readonly Device[];
  readonly sessions: readonly Session[];
  readonly access: readonly Access[];
}

/** `homeauth user show`. */
export function person({ person, devices, sessions, access }: Whole, style: Style): string {
  const opens = access.filter((one) => one.opens).map(({ app }) => app);
  const shut = access.filter((one) => !one.opens).map(({ app }) => app);
  const { username, name, email, groups, active, admin, lastLogin } = person;
  const login = lastLogin ? `last login ${minute(lastLogin)}` : 'never logged in';
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
        ['Second factor', devices.map(device).join('\n') || 'none'],
        ['Logged in', sessions.map(session).join('\n') || 'nowhere'],
        ['May open', list(opens)],
        ...(shut.length > 0 ? [['May not open', list(shut)] as const] : []),
      ],
      style,
    ),
  ].join('\n');
}

const device = ({ name, sort, lastUsed }: Device): string =>
  `${name} (${sort})${lastUsed ? `, last used ${minute(lastUsed)}` : ', never used'}`;

const session = ({ browser, address, lastUsed, expires }: Session): string =>
  `${browser} from ${address}, last used ${minute(lastUsed)}, until ${minute(expires)}`;

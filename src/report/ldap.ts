import type { LdapTrial } from '../model/ldap.ts';
import { row } from './layout.ts';
import type { Style } from './style.ts';

/** `homeauth ldap test`: a line for each app. */
export function ldapTrials(user: string, trials: readonly LdapTrial[], style: Style): string {
  return trials
    .flatMap(({ app, getsIn, code, groups }) => {
      const told = groups.length > 0 ? `; the app is told of the groups ${groups.join(', ')}` : '';
      const text = getsIn
        ? `${user} gets into ${app} by LDAP${told}`
        : `${user} does not get into ${app}: ${because(code)}`;
      return row(style, { mark: style.mark(getsIn ? 'done' : 'wrong'), text: style.text(text) });
    })
    .join('\n');
}

function because(code: number | undefined): string {
  switch (code) {
    case 49:
      return 'the name or the password is wrong (49)';
    case 50:
      return 'the app is not for them (50): homeauth explain says why';
    default:
      return `LDAP's answer is ${code}`;
  }
}

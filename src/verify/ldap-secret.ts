import type { App } from '../config/config.ts';
import { ldapAccount } from '../config/ldap.ts';
import { type Finding, ok, wrong } from '../model/finding.ts';
import type { LdapFacts } from '../model/ldap.ts';
import type { Secret } from '../model/secret.ts';
import { bindAs } from './ldap.ts';
import type { ProbeContext } from './probe.ts';

/** Does the account of an app get in with its new password, and nobody with what was before? `opens`: the API, with a key. */
export async function proveRebound(
  context: Pick<ProbeContext, 'config' | 'world'>,
  app: App,
  [was, is]: readonly [LdapFacts | undefined, LdapFacts | undefined],
  opens: (key: Secret) => Promise<boolean>,
): Promise<Finding[]> {
  const subject = app.name;
  const [isNew, isFormer] = [
    { id: 'rotate-refused', title: `the account of ${subject} gets in by LDAP with its new password`, subject },
    { id: 'rotate-open', title: `the former bind password and the outpost's former key are refused`, subject },
  ];
  const fix = `homeauth apply   and then:  homeauth rotate app ${subject}`;
  const binds = async (password: Secret | undefined) =>
    password !== undefined && (await bindAs(context, app, { username: ldapAccount(app), password })).is === 'bound';
  const open = [
    ...((await binds(was?.bindPassword)) ? ['bind password'] : []),
    ...(was?.token && (await opens(was.token.key)) ? ['key of the outpost'] : []),
  ];
  return [
    (await binds(is?.bindPassword))
      ? ok(isNew)
      : wrong(isNew, 'fail', { problem: `The account of ${subject} does not get in with its new password.`, fix }),
    open.length === 0
      ? ok(isFormer)
      : wrong(isFormer, 'fail', { problem: `The former ${open.join(' and ')} of ${subject} still works.`, fix }),
  ];
}

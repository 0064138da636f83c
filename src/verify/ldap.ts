import type { App } from '../config/config.ts';
import { baseDn, inFilter, ldapAccount, ldapContainer, ldapPorts } from '../config/ldap.ts';
import { Failure, reasonOf } from '../model/failure.ts';
import { type About, type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import type { LdapFacts } from '../model/ldap.ts';
import { backendNetwork, ldapNetwork } from '../model/networks.ts';
import type { Secret } from '../model/secret.ts';
import { addressIn, containerBehind, inDocker } from '../proxy/upstream.ts';
import type { LdapAnswer } from '../world/ldap.ts';
import type { World } from '../world/world.ts';
import type { ProbeContext } from './probe.ts';
import type { Visitor } from './visit.ts';

type Known = Readonly<Record<string, LdapFacts>>;
/** LDAP's number for a name or a password that is wrong. */
const wrongCredentials = 49;

const fix = (app: App): string => `homeauth apply, and if it stays so: docker logs --tail 50 ${ldapContainer(app)}`;
const userDn = (name: string, base: string): string => `cn=${escaped(name)},ou=users,${base}`;
/** What means something in a DN; a user name of authentik's may have any of it. */
const escaped = (text: string): string => text.replace(/[,+"\\<>;=#]/g, (letter) => `\\${letter}`);

/** Asks the LDAP server of an app as somebody, from this server. @throws Failure ldap-unanswered */
export async function bindAs(
  { world, config }: Pick<ProbeContext, 'config'> & { readonly world: Pick<World, 'docker' | 'ldap'> },
  app: App,
  who: Visitor,
  lookFor?: string,
): Promise<LdapAnswer> {
  const at = await world.docker.dialAddress(ldapContainer(app), ldapPorts.plain, backendNetwork);
  if (!at) throw notThere(app);
  const base = baseDn(config);
  const filter = lookFor === undefined ? undefined : `(&(objectClass=user)(cn=${inFilter(lookFor)}))`;
  const search = filter === undefined ? {} : { search: { base, filter } };
  return world.ldap.ask({ at, dn: userDn(who.username, base), password: who.password, ...search });
}

const notThere = (app: App): Failure =>
  new Failure({
    code: 'ldap-unanswered',
    problem: `The LDAP server of ${app.name} does not run.`,
    why: `There is no container ${ldapContainer(app)}.`,
    fix: 'homeauth apply',
  });

/** Is the app on the network of its LDAP server? Without that its login cannot work. */
export async function proveLdapReach({ world }: ProbeContext, app: App): Promise<Finding[]> {
  const { name } = ldapNetwork(app.name);
  const found = containerBehind(inDocker(addressIn(app.upstream ?? '').host), await world.docker.containers());
  const about = { id: 'ldap-apart', title: `${app.name} reaches its LDAP server` };
  // What is no container asks at the port in the LAN, if anywhere.
  if (!found) return [];
  if (found.owner.networks.includes(name)) return [ok(about)];
  return [
    wrong(about, 'warn', {
      problem: `The container ${found.owner.name} is not on the network ${name}, where its LDAP server is.`,
      fix: [
        `docker network connect ${name} ${found.owner.name}`,
        `So that it stays, in its compose file: "${name}" below its networks, and at the end`,
        `networks: { ${name}: { external: true } }`,
      ],
    }),
  ];
}

/** The account that the app has: it gets in, and finds people. */
export async function proveSearch(context: ProbeContext, app: App, known: Known): Promise<Finding> {
  const about = {
    id: 'ldap-search',
    title: `the account of ${app.name} gets in by LDAP, and finds people`,
    subject: app.name,
  };
  const password = known[app.name]?.bindPassword;
  if (!password) return skip(about, unseen('It has no password yet: homeauth apply makes it.'));
  const { username } = context.config.admin;
  return tried(about, app, async () => {
    const answer = await bindAs(context, app, { username: ldapAccount(app), password }, username);
    if (answer.is === 'refused') return `The account of ${app.name} does not get in by LDAP (${answer.code}).`;
    return answer.entries.length === 1 ? undefined : `The account of ${app.name} does not find ${username} by LDAP.`;
  });
}

/** A member gets in with their password, and not with another one. */
export const proveMember = (context: ProbeContext, app: App, who: Visitor): Promise<Finding> =>
  tried(
    {
      id: 'ldap-bind',
      title: `somebody who may open ${app.name} gets in by LDAP with their password alone`,
      subject: app.name,
    },
    app,
    async () => {
      const right = await bindAs(context, app, who);
      if (right.is === 'refused') return `Somebody who may open ${app.name} does not get in by LDAP (${right.code}).`;
      const other: Secret = context.world.random.alphanumeric(32);
      const mistaken = await bindAs(context, app, { ...who, password: other });
      if (mistaken.is === 'bound') return `Anybody gets into ${app.name} by LDAP with any password.`;
      return mistaken.code === wrongCredentials
        ? undefined
        : `A wrong password is answered with ${mistaken.code} by LDAP.`;
    },
  );

/** Somebody outside of its group does not. */
export const proveKeptOut = (context: ProbeContext, app: App, who: Visitor): Promise<Finding> =>
  tried(
    { id: 'ldap-refused', title: `somebody outside of ${app.group} is refused by LDAP`, subject: app.name },
    app,
    async () =>
      (await bindAs(context, app, who)).is === 'bound'
        ? `Everybody with an account gets into ${app.name} by LDAP, which is only for "${app.group}".`
        : undefined,
  );

async function tried(about: About, app: App, look: () => Promise<string | undefined>): Promise<Finding> {
  try {
    const problem = await look();
    return problem === undefined ? ok(about) : wrong(about, 'fail', { problem, fix: fix(app) });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return wrong(about, 'fail', { problem: error.problem, why: error.why, fix: error.fix, because: reasonOf(error) });
  }
}

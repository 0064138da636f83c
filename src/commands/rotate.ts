import type { RotateFlags } from '../cli/maintenance.ts';
import { ldapAccount, ldapApps } from '../config/ldap.ts';
import { engineCheck } from '../doctor/docker.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import type { Installation } from '../installation/installation.ts';
import { withSecret } from '../lifecycle/rotate/app-secrets.ts';
import { rotate as exchange, rotateMail } from '../lifecycle/rotate/rotate.ts';
import type { Rotated } from '../lifecycle/rotate/rotation.ts';
import { dialogue } from '../mail/dialogue.ts';
import { findingsOf } from '../mail/findings.ts';
import { mailOf } from '../mail/settings.ts';
import type { ExitCode } from '../model/failure.ts';
import { type Finding, issueOf } from '../model/finding.ts';
import { endSessions, loggedIn } from '../people/sessions.ts';
import { findingsData, proof } from '../report/findings.ts';
import { prose } from '../report/layout.ts';
import { confirm } from './confirm.ts';
import { secretFrom } from './password.ts';
import { exchanged, rebound } from './rotate-app.ts';
import { begin } from './screen.ts';

type What = Rotated | 'mail' | 'all';

/** `homeauth rotate database|key|token|mail|all`: new secrets in the place of known ones. Exit code 4 where a proof failed. */
export async function rotate(what: What, flags: RotateFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('rotate', flags, runtime);
  const { terminal } = runtime;
  const asked: readonly Rotated[] =
    what === 'all' || flags.leaked ? ['database', 'key', 'token'] : what === 'mail' ? [] : [what];
  // Nobody is asked for what cannot be done.
  if (runtime.terminal.interactive) await engineCheck(installation.world, runtime.env);
  const password = await mailPassword(what, flags, runtime);
  if (terminal.interactive) await confirm(`${warning(asked)} Go ahead?`, terminal);
  const tell = (one: string) => terminal.live(`· exchanging   ${one}`);
  const findings: Finding[] = [...(await exchange(installation, asked, tell, screen.progress))];
  if (password) {
    const works = async (now: Installation) => {
      const address = now.config.admin.email;
      return findingsOf(await dialogue(now.world, address), mailOf(now), address);
    };
    findings.push(...(await rotateMail(installation, password, screen.progress, works)));
  }
  const left: string[] = [];
  const apps = flags.leaked ? withSecret(installation) : [];
  if (apps.length > 0) {
    tell('client secrets');
    const done = await exchanged(apps, installation, screen.progress);
    findings.push(...done.findings);
    left.push(...done.left);
  }
  const byLdap = flags.leaked ? ldapApps(installation.config) : [];
  if (byLdap.length > 0) {
    tell('bind passwords and keys of LDAP');
    const done = await rebound(byLdap, installation, screen.progress);
    findings.push(...done.findings);
    left.push(...done.left);
  }
  const ended = flags.leaked ? await endAll(installation) : undefined;
  const others = flags.leaked ? await tokensOfOthers(installation) : [];
  terminal.live(undefined);
  const isGood = !findings.some(issueOf);
  const words = [
    proof(findings, screen.paper),
    ...(ended === undefined ? [] : ['', prose([...leaked(ended, others), ...left], screen.paper)]),
  ];
  const data = { ...findingsData(findings), ...(ended !== undefined && { sessionsEnded: ended, tokens: others }) };
  return screen.result(words.join('\n'), data, isGood);
}

async function mailPassword(what: What, { mailPasswordFile: file }: RotateFlags, runtime: Runtime) {
  if (file !== undefined) return secretFrom(file, '--mail-password-file', runtime);
  if (what !== 'mail') return undefined;
  return runtime.terminal.askSecret({
    message: 'New password of the mail server',
    validate: (value) => (value === '' ? 'It is empty.' : undefined),
    flag: '--mail-password-file FILE',
    ifStopped: 'Nothing was changed.',
  });
}

const warning = (asked: readonly Rotated[]): string =>
  asked.includes('key')
    ? 'authentik stops for some seconds, and everybody has to log in again.'
    : asked.includes('database')
      ? 'authentik stops for some seconds.'
      : 'Nobody is logged out.';

async function endAll(installation: Installation): Promise<number> {
  let ended = 0;
  for (const account of await loggedIn(installation)) ended += await endSessions(installation, account);
  return ended;
}

/** Keys to the API and app passwords that are not homeauth's own: whether they leaked, too, only their owners can say. */
async function tokensOfOthers({ world, config }: Installation): Promise<readonly string[]> {
  const [tokens, users] = await Promise.all([
    world.authentik.list('core/tokens', 'fresh'),
    world.authentik.list('core/users'),
  ]);
  const own = ['homeauth', ...ldapApps(config).map(ldapAccount)];
  return tokens
    .filter(({ identifier, managed }) => !own.includes(identifier) && !managed)
    .map(({ identifier, user }) => `${identifier} (${users.find(({ pk }) => pk === user)?.username ?? 'nobody'})`);
}

const leaked = (ended: number, others: readonly string[]): string[] => [
  `${ended} ${ended === 1 ? 'session was' : 'sessions were'} ended.`,
  ...(others.length > 0
    ? [
        `Keys and app passwords of others still work. In authentik, under Directory > Tokens and App passwords: ${others.join(', ')}`,
      ]
    : []),
  'Not changed: passwords and second factors of people, Cloudflare tokens, the password of a repository of restic, addresses and tokens of those in notify. Older copies contain the former secrets. If a copy leaked, so did password hashes and the keys of authenticator apps: homeauth user password NAME, homeauth user reset-2fa NAME.',
];

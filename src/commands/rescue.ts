import type { RescueFlags } from '../cli/maintenance.ts';
import { nearest } from '../config/nearest.ts';
import { emergencyAccount } from '../desired/sso.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import type { Installation } from '../installation/installation.ts';
import { hold } from '../installation/lock.ts';
import { type ExitCode, Failure } from '../model/failure.ts';
import type { Secret } from '../model/secret.ts';
import { askInside, type Candidate, logRescue } from '../people/rescue/ask.ts';
import { prose } from '../report/layout.ts';
import { confirm } from './confirm.ts';
import { begin, type Screen } from './screen.ts';
import { newPassword } from './user/password-from.ts';

type Way = 'link' | 'password' | 'second-factor';

/** How long a link is good for, in minutes. */
const minutes = 60;

const words: Readonly<Record<Way, { readonly choice: string; readonly what: string }>> = {
  link: {
    choice: 'a link that logs in once',
    what: `Whoever opens the link is logged in as NAME, once, within ${minutes} minutes, without password and second factor.`,
  },
  password: { choice: 'a new password', what: 'NAME gets a new password.' },
  'second-factor': { choice: 'no second factor any more', what: 'NAME loses all second factors, and can enrol anew.' },
};

/** `homeauth rescue [USER]`: a way back in, through authentik's container alone. */
export async function rescue(given: string | undefined, flags: RescueFlags, runtime: Runtime): Promise<ExitCode> {
  const { world, terminal } = runtime;
  if (world.host.uid !== 0) throw notRoot();
  const { installation, screen } = await begin('rescue', flags, runtime);
  const user = given ?? installation.config.admin.username;
  const account = await candidate(installation, user);
  const way = await wayOf(flags, runtime);
  const password = way === 'password' ? await passwordFor(installation, user, flags) : undefined;
  const wakes = !account.active && way !== 'second-factor';
  screen.say(
    prose(
      `${words[way].what.replace('NAME', user)}${wakes ? ` ${user} is disabled, and is enabled again.` : ''}`,
      screen.style,
    ),
  );
  await confirm('Go ahead? It is written into the log.', terminal);
  return hold(installation, `rescue ${user}`, async () => {
    await logRescue(installation, way, user);
    return carryOut(installation, account, way, password, screen);
  });
}

async function carryOut(
  installation: Installation,
  { username, admin }: Candidate,
  way: Way,
  password: Secret | undefined,
  screen: Screen,
): Promise<ExitCode> {
  const { world, config, layout } = installation;
  const { paper } = screen;
  const told: string[] = [];
  const data: Record<string, unknown> = { user: username, did: way, log: layout.rescueLog };
  if (way === 'password' && password) {
    await askInside(world, { do: 'password', user: username, password });
    told.push(paper.marked('done', `${username} has a new password`));
  } else if (way === 'second-factor') {
    const { removed } = await askInside(world, { do: 'second-factor', user: username });
    told.push(paper.marked('done', `${username} has no second factor any more (${removed} removed)`));
    Object.assign(data, { removed });
  } else {
    const { path } = await askInside(world, { do: 'link', user: username, minutes });
    const at = await world.docker.dialAddress('authentik', 9000);
    const link = `https://${config.authHost}${path}`;
    told.push(
      `Whoever opens this is logged in as ${username}, once, within ${minutes} minutes:`,
      `  ${link}`,
      ...(at ? ['', ...aroundTheProxy(path, `${at.host}:${at.port}`, await address(installation))] : []),
    );
    Object.assign(data, { link, minutes, ...(at && { direct: `http://${at.host}:${at.port}${path}` }) });
  }
  if (way !== 'second-factor' && username === emergencyAccount)
    told.push('', `${username} is enabled now. When it has served, homeauth apply disables it again.`);
  // Of the others nobody expects it.
  if (!admin && username === config.admin.username)
    told.push(
      paper.marked('look', `${username} is no administrator: docker exec authentik ak create_admin_group ${username}`),
    );
  return screen.result(prose([...told, '', `Written into ${layout.rescueLog}`], paper), data);
}

/** The server's own address on Docker's network, carried to the reader's browser: nothing of ours in between. */
const aroundTheProxy = (path: string, inside: string, server: string): string[] => [
  'Where Caddy, DNS or the certificate is broken, run this on your own computer',
  `  ssh -N -L 9000:${inside} root@${server}`,
  'and open there',
  `  http://localhost:9000${path}`,
];

async function address({ config, world }: Installation): Promise<string> {
  return config.lanAddress ?? (await world.host.addresses())[0]?.address ?? world.host.hostname();
}

async function candidate({ world }: Installation, user: string): Promise<Candidate> {
  const { people } = await askInside(world, { do: 'people' });
  const found = people.find(({ username }) => username === user);
  if (found) return found;
  const names = people.map(({ username }) => username);
  const near = nearest(user, names);
  throw new Failure({
    code: 'user-unknown',
    problem: `authentik has no user "${user}".`,
    why: `It has: ${names.join(', ')}.`,
    fix: near ? `Did you mean: homeauth rescue ${near}` : 'Name one of them: homeauth rescue NAME',
  });
}

async function wayOf(flags: RescueFlags, { terminal }: Runtime): Promise<Way> {
  const isPassword = flags.passwordFile !== undefined || flags.passwordStdin || flags.newPassword;
  const asked: readonly Way[] = [
    ...(flags.secondFactor ? (['second-factor'] as const) : []),
    ...(isPassword ? (['password'] as const) : []),
    ...(flags.link ? (['link'] as const) : []),
  ];
  if (asked.length > 1) throw oneAtATime();
  if (asked[0]) return asked[0];
  if (!terminal.interactive) return 'link';
  return terminal.choose<Way>({
    message: 'What is needed',
    flag: '--link, --new-password or --second-factor',
    ifStopped: 'Nothing was changed.',
    choices: (Object.keys(words) as Way[]).map((value) => ({ value, name: words[value].choice })),
  });
}

const oneAtATime = (): Failure =>
  new Failure({
    code: 'flag-invalid',
    problem: '--link, --new-password and --second-factor cannot be combined.',
    fix: 'Use one of them. For another one, run the command again.',
  });

async function passwordFor(installation: Installation, username: string, flags: RescueFlags): Promise<Secret> {
  const known = { username, name: username, email: '', domain: installation.config.domain };
  return newPassword(known, flags, installation.runtime);
}

const notRoot = (): Failure =>
  new Failure({
    code: 'not-root',
    problem: 'homeauth rescue is for root on this server.',
    why: 'Whoever may run it can log in as anybody.',
    fix: 'sudo homeauth rescue',
  });

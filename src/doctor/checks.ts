import { isGuarded } from '../config/app-login.ts';
import { secretNames } from '../desired/layout.ts';
import { tokenIn } from '../installation/installation.ts';
import { passwordFileCheck, secretFilesCheck } from '../installation/secret-files.ts';
import { kinds } from '../kinds/index.ts';
import { Failure } from '../model/failure.ts';
import { skip, unseen } from '../model/finding.ts';
import { withOutsider } from '../people/outsider.ts';
import { proxyOf } from '../proxy/choose.ts';
import { isEntrance } from '../proxy/proxy.ts';
import { proveSecure } from '../verify/auth-host.ts';
import type { Check } from '../verify/check.ts';
import { proveOutsider } from '../verify/outsider.ts';
import { verifyApp, verifyHome } from '../verify/verify-app.ts';
import { answersCheck, databaseCheck, releaseCheck, slownessCheck, workerCheck } from './authentik.ts';
import { diskCheck, isBegun, placeCheck } from './disk.ts';
import { engineCheck } from './docker.ts';
import { asPlanned } from './drift.ts';
import { healthCheck } from './health.ts';
import { clockCheck, clockSkewCheck, ipv6Check, lxcCheck, memoryCheck, rootCheck } from './machine.ts';
import { namesCheck } from './names.ts';
import { onlySso } from './only-sso.ts';
import { otherAuthentikCheck } from './other-authentik.ts';
import { years } from './over-time.ts';
import { listenCheck, portsCheck } from './ports.ts';
import { providerPathsCheck } from './provider-paths.ts';
import { proxyFor } from './run-checks.ts';

/** What no answer of its owner changes. */
const unasked = ['interview', 'preflight', 'doctor'] as const;
const early = ['preflight', 'doctor'] as const;
const doctor = ['doctor'] as const;
const proven = ['doctor', 'verify'] as const;

/** Every check, in the order in which it is told. What is at the bottom of others comes first. */
export const checks: readonly Check[] = [
  { id: 'not-root', title: 'homeauth runs as root', needs: 'nothing', by: unasked, run: rootCheck },
  {
    id: 'docker-unreachable',
    title: 'Docker answers',
    needs: 'nothing',
    by: unasked,
    run: ({ world, runtime }) => engineCheck(world, runtime.env),
  },
  { id: 'base-dir-unfit', title: 'the base directory can be used', needs: 'nothing', by: early, run: placeCheck },
  { id: 'disk-full', title: 'there is enough disk space', needs: 'nothing', by: early, run: diskCheck },
  {
    id: 'memory-low',
    title: 'there is enough memory',
    needs: 'nothing',
    by: early,
    run: async (installation) => memoryCheck(installation.world, await isBegun(installation)),
  },
  {
    id: 'clock-wrong',
    title: "this machine's clock is plausible",
    needs: 'nothing',
    by: unasked,
    run: (_, about) => clockCheck(new Date(), about),
  },
  { id: 'ipv6', title: 'this machine has IPv6', needs: 'nothing', by: early, run: ipv6Check },
  { id: 'lxc', title: 'this is an LXC container', needs: 'nothing', by: early, run: lxcCheck },
  {
    id: 'other-authentik',
    title: 'no other authentik is on this server',
    needs: 'docker',
    by: early,
    finds: ['project-taken'],
    run: otherAuthentikCheck,
  },
  {
    id: 'name-taken',
    title: 'the names of containers are free, or ours',
    needs: 'docker',
    by: early,
    finds: ['network-taken'],
    run: namesCheck,
  },
  {
    id: 'port-taken',
    title: 'Caddy is there, or its ports are free',
    needs: 'docker',
    by: unasked,
    finds: ['listen-taken', 'listen-elsewhere'],
    async run(installation) {
      const proxy = await proxyFor(installation);
      const ports = await portsCheck(installation.world, proxy);
      if (proxy instanceof Failure && !ports.some(({ status }) => status === 'fail')) throw proxy;
      return [...ports, ...(await listenCheck(installation))];
    },
  },
  { id: 'release-unsafe', title: 'authentik has no known hole', needs: 'nothing', by: doctor, run: releaseCheck },
  { id: 'secret-readable', title: 'only root can read secrets', needs: 'nothing', by: doctor, run: secretFilesCheck },
  { id: 'password-file', title: 'no password file is left over', needs: 'nothing', by: doctor, run: passwordFileCheck },
  {
    id: 'plan',
    title: 'everything is as homeauth.yaml says',
    needs: 'docker',
    by: doctor,
    finds: Object.keys(kinds).map((kind) => `${kind}-differs`),
    run: async (installation) => asPlanned(installation, !((await proxyFor(installation)) instanceof Failure)),
  },
  { id: 'container-health', title: 'the containers are healthy', needs: 'docker', by: doctor, run: healthCheck },
  { id: 'database-full', title: 'the database has connections left', needs: 'docker', by: doctor, run: databaseCheck },
  {
    id: 'authentik-down',
    title: "authentik answers, and accepts homeauth's token",
    needs: 'docker',
    by: doctor,
    run: answersCheck,
  },
  { id: 'worker-silent', title: "authentik's worker is connected", needs: 'docker', by: doctor, run: workerCheck },
  onlySso,
  ...years,
  {
    id: 'provider-paths',
    title: 'authentik asks for a login everywhere',
    needs: 'docker',
    by: doctor,
    run: providerPathsCheck,
  },
  {
    id: 'proxy-peers',
    title: 'only Caddy is a trusted proxy of authentik',
    needs: 'proxy',
    by: doctor,
    finds: ['tls-from', 'listen-silent'],
    run: ({ installation, proxy }) => proxyOf(proxy).peers(installation.world),
  },
  {
    id: 'authentik-slow',
    title: 'authentik answers quickly',
    needs: 'others',
    by: doctor,
    run: ({ installation, slowest }, about) => slownessCheck(slowest, installation.world, about),
  },
  {
    id: 'caddy-running',
    title: 'Caddy can be reached',
    needs: 'proxy',
    by: proven,
    run: ({ entrance }) => (isEntrance(entrance) ? [] : [entrance]),
  },
  {
    id: 'auth-host',
    title: 'a stranger at the login page sees it',
    needs: 'entrance',
    by: proven,
    finds: ['login', 'certificate', 'dns', 'session-left', 'tls-elsewhere'],
    run: ({ scene: context, how }) => verifyHome(context, how),
  },
  {
    id: 'https-seen',
    title: 'authentik sees that requests come over https',
    needs: 'entrance',
    by: doctor,
    async run({ installation: { world, layout }, scene: context }, about) {
      const token = await tokenIn(world, layout.token, secretNames.token[0]);
      return token ? proveSecure(context, token, about) : [];
    },
  },
  {
    id: 'caddy-version',
    title: 'Caddy has no known hole',
    needs: 'entrance',
    by: doctor,
    run: ({ installation, proxy }) => proxyOf(proxy).vulnerabilities(installation.world),
  },
  {
    id: 'clock-skew',
    title: 'this machine and authentik agree on the time',
    needs: 'entrance',
    by: doctor,
    run: clockSkewCheck,
  },
  {
    id: 'stranger',
    title: 'a stranger is asked for a login',
    needs: 'app',
    by: proven,
    finds: [
      ...['forged', 'stripped', 'owner', 'session-left', 'open-paths', 'spelled', 'dns'],
      ...['own-login', 'discovery', 'login-from-inside', 'oidc-start', 'oidc-client', 'oidc-refused'],
      ...['oidc-entry', 'oidc-administrator'],
      ...['header-shared', 'header-apart', 'header-unseen'],
      ...['ldap-apart', 'ldap-search', 'ldap-bind', 'ldap-refused'],
      ...['upstream', 'upstream-name', 'upstream-insecure', 'bypass-port', 'bypass-http', 'tls-elsewhere'],
    ],
    run: ({ scene: context, app, how }) => verifyApp(context, app, how),
  },
  {
    id: 'outsider',
    title: 'an account that is not in its group is refused',
    needs: 'entrance',
    by: ['verify --as-outsider'],
    run({ installation, scene: context }, { id, title }) {
      const about = { id, title };
      const apps = installation.config.apps.filter(
        (app) => app.group !== undefined && app.mode === 'app' && isGuarded(app),
      );
      if (apps.length === 0) return [skip(about, unseen('No app has a group.'))];
      const { signal } = installation.runtime;
      return withOutsider(installation, (who) => proveOutsider(context, apps, who, signal, about));
    },
  },
];

/** Those that a command makes. */
export const checksBy = (command: Check['by'][number]): readonly Check[] =>
  checks.filter(({ by }) => by.includes(command));

/** Whether one check finds both: who saw one of them has looked for the other. */
export const isSameCheck = (one: string, other: string): boolean =>
  one === other ||
  checks.some(({ id, finds = [] }) => [one, other].every((name) => name === id || finds.includes(name)));

/** Whether it is found once for each app. */
export const isOfApp = (name: string): boolean =>
  checks.some(({ id, needs, finds = [] }) => needs === 'app' && (name === id || finds.includes(name)));

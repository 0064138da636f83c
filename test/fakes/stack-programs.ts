import { isIP } from 'node:net';
import { ak } from '../standin/ak.ts';
import { readMail } from '../standin/container/settings.ts';
import { startServer, startWorker } from '../standin/index.ts';
import { realTimer, type StandinOptions } from '../standin/options.ts';
import { startLdapOutpost } from '../standin/outpost/ldap.ts';
import { type DialMail, testEmail } from '../standin/smtp.ts';
import { Exit, type Program, sourceOf } from './program.ts';

export const redis: Program = async () => ({
  ports: new Map([[6379, 0]]),
  health: () => 'healthy',
  stop: async () => {},
});

/** How long Docker waits between two probes of its health, in ms. */
const pause = 200;

/** The server and the worker of authentik: the stand-in, on the loopback. */
export const authentik =
  (
    options: Partial<StandinOptions> = {},
    seen: (server: Awaited<ReturnType<typeof startServer>>) => void = () => {},
  ): Program =>
  async (around) => {
    const { environment, container, databases, log } = around;
    const secretKey = environment['AUTHENTIK_SECRET_KEY'];
    if (!secretKey) throw new Exit(1, 'Secret key missing, check https://goauthentik.io/docs/installation/.');
    const host = environment['AUTHENTIK_POSTGRESQL__HOST'] ?? '';
    if (!around.dial(host, 5432)) throw new Exit(1, `could not translate host name "${host}" to address`);
    const neighbour = around.whois(host);
    const database = neighbour && databases.get(sourceOf({ container: neighbour }, '/var/lib/postgresql/data') ?? '');
    const role = environment['AUTHENTIK_POSTGRESQL__USER'] ?? '';
    const password = database?.passwords.get(role);
    if (!database || password === undefined || password !== environment['AUTHENTIK_POSTGRESQL__PASSWORD']) {
      throw new Exit(1, `FATAL:  password authentication failed for user "${role}"`);
    }
    const [, version] = container.definition.image.split(':');
    const bootstrap = {
      token: environment['AUTHENTIK_BOOTSTRAP_TOKEN'],
      password: environment['AUTHENTIK_BOOTSTRAP_PASSWORD'],
      email: environment['AUTHENTIK_BOOTSTRAP_EMAIL'],
    };
    const given = Object.fromEntries(Object.entries(bootstrap).filter(([, value]) => value !== undefined));
    const all: StandinOptions = {
      secretKey,
      store: database.store,
      ...(version !== undefined && { version }),
      trustedProxies: (environment['AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS'] ?? '').split(',').filter(Boolean),
      ...(environment['AUTHENTIK_WEB__BASE_URL'] && { baseUrl: environment['AUTHENTIK_WEB__BASE_URL'] }),
      ...(Object.keys(given).length > 0 && { bootstrap: given }),
      // It is asked for its health far more often here than by Docker, which would drown everything else.
      log: (line) => line.includes('"/-/health/') || log(line),
      ...options,
    };
    const mail = readMail(environment);
    // Names lead to containers; addresses are the loopback's.
    const dialMail: DialMail = (name, port) => (isIP(name) ? { host: name, port } : around.dial(name, port));
    const exec = ([program, ...argv]: readonly string[], stdin: string) => {
      if (program !== 'ak') return Promise.resolve({ code: 127, stdout: '', stderr: `${program}: not found` });
      const [command, to = ''] = argv;
      return command === 'test_email' ? testEmail(mail, to, dialMail) : ak(database.store, argv, stdin);
    };
    if (container.definition.command?.[0] === 'worker') {
      const worker = await startWorker({ ...all, mail, dialMail });
      return { ports: new Map(), health: () => 'healthy', exec, stop: () => worker.close() };
    }
    const server = await startServer(all);
    seen(server);
    const healthy = { is: false };
    const stop = new AbortController();
    const { sleep } = all.timer ?? realTimer;
    const probe = async () => {
      while (!healthy.is) {
        await sleep(pause, stop.signal);
        healthy.is = (await fetch(`${server.url}/-/health/ready/`).catch(() => undefined))?.ok ?? false;
      }
    };
    const probed = probe().catch(() => {});
    return {
      ports: new Map([[9000, server.port]]),
      exec,
      health: () => (healthy.is ? 'healthy' : 'starting'),
      stop: async () => {
        stop.abort();
        await Promise.all([probed, server.close()]);
      },
    };
  };

/** An outpost for LDAP: like the real one it ends where its token opens nothing. */
export const ldapOutpost: Program = async ({ environment, dial, log }) => {
  const { hostname, port } = new URL(environment['AUTHENTIK_HOST'] ?? '');
  const server = dial(hostname, Number(port));
  if (!server) throw new Exit(1, `dial tcp: lookup ${hostname}: no such host`);
  const running = await startLdapOutpost({
    origin: `http://${server.host}:${server.port}`,
    token: environment['AUTHENTIK_TOKEN'] ?? '',
    log,
  }).catch((error: unknown) => {
    throw new Exit(1, error instanceof Error ? error.message : String(error));
  });
  return { ports: new Map([[3389, running.port]]), health: () => 'healthy', stop: () => running.close() };
};

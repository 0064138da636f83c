import { isIP } from 'node:net';
import { ak } from '../standin/ak.ts';
import { readMail } from '../standin/container/settings.ts';
import { memoryStore, type StandinOptions, startServer, startWorker } from '../standin/index.ts';
import { type DialMail, testEmail } from '../standin/smtp.ts';
import { Exit, type Program, sourceOf } from './program.ts';

/** Where the postgres image looks for what it runs once in a new database. */
const onceRun = '/docker-entrypoint-initdb.d/';

/**
 * As the postgres image: superuser, password and what stands in its directory for that count when the data directory is
 * made, and never again.
 */
export const postgres: Program = async (around) => {
  const directory = sourceOf(around, '/var/lib/postgresql/data') ?? '';
  const password = around.environment['POSTGRES_PASSWORD'];
  const user = around.environment['POSTGRES_USER'] ?? 'postgres';
  if (!password) throw new Exit(1, 'Error: Database is uninitialized and superuser password is not specified.');
  const carryOut = async (script: string) => {
    const sql = (await around.files.read(sourceOf(around, script) ?? '')) ?? '';
    const { passwords: known } = around.databases.get(directory) ?? {};
    if (sql.includes("alter role authentik with login password :'password';")) known?.set('authentik', password);
    if (sql.includes('alter role postgres password null;')) known?.delete('postgres');
    return sql !== '';
  };
  if ((await around.files.read(`${directory}/PG_VERSION`)) === undefined) {
    const passwords = new Map([[user, password]]);
    around.databases.set(directory, { superuser: user, passwords, store: memoryStore() });
    await around.files.write(`${directory}/PG_VERSION`, '16\n', 0o600);
    const scripts = around.container.definition.mounts.filter(({ target }) => target.startsWith(onceRun));
    for (const { target } of scripts) await carryOut(target);
  }
  around.log('database system is ready to accept connections');
  const limit = Number(around.container.definition.command?.join(' ').match(/max_connections=(\d+)/)?.[1] ?? 100);
  const { superuser, passwords = new Map<string, string>(), store } = around.databases.get(directory) ?? {};
  // A restart ends every connection.
  if (store) Object.assign(store, { held: 0, limit });
  const exec = async (argv: readonly string[]) => {
    if (!argv.some((word) => word.includes('psql'))) return { code: 127, stdout: '', stderr: 'not found' };
    const { held = 0, limit: now = limit } = store ?? {};
    if (held >= now) {
      const stderr = 'psql: error: connection to server on socket failed: FATAL:  sorry, too many clients already';
      return { code: 2, stdout: '', stderr };
    }
    const said = (stdout: string) => ({ code: 0, stdout, stderr: '' });
    // It asks as the user whom the container was told of.
    if (user !== superuser) return { code: 2, stdout: '', stderr: `FATAL:  role "${user}" does not exist` };
    if (argv.at(-1)?.includes('pg_stat_activity')) return said(`${held + 1}|${now}|3\n`);
    if (argv.at(-1)?.startsWith('select ')) {
      return said(passwords.has('authentik') && !passwords.has('postgres') ? 't\n' : 'f\n');
    }
    const [, script = ''] = / -f (\S+)$/.exec(argv.at(-1) ?? '') ?? [];
    return (await carryOut(script))
      ? said('')
      : { code: 1, stdout: '', stderr: `${script}: No such file or directory` };
  };
  return { ports: new Map([[5432, 0]]), health: () => 'healthy', exec, stop: async () => {} };
};

export const redis: Program = async () => ({
  ports: new Map([[6379, 0]]),
  health: () => 'healthy',
  stop: async () => {},
});

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
    const database = [...databases.values()].at(-1);
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
    const poll = setInterval(async () => {
      const answer = await fetch(`${server.url}/-/health/ready/`).catch(() => undefined);
      healthy.is = answer?.ok ?? false;
      if (healthy.is) clearInterval(poll);
    }, 20);
    poll.unref();
    return {
      ports: new Map([[9000, server.port]]),
      exec,
      health: () => (healthy.is ? 'healthy' : 'starting'),
      stop: () => {
        clearInterval(poll);
        return server.close();
      },
    };
  };

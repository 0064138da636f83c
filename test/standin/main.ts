import { ak } from './ak.ts';
import { beat, healthy, noteMode } from './container/health.ts';
import { dataIsWritable, dropRoot } from './container/owner.ts';
import { type ContainerSettings, readMail, readSettings } from './container/settings.ts';
import { reachPostgres, reachRedis, waitFor } from './container/wait.ts';
import { eraOf } from './era.ts';
import { postgresStore } from './index.ts';
import type { StandinOptions } from './options.ts';
import { startLdapOutpost } from './outpost/ldap.ts';
import { startServer } from './server.ts';
import { testEmail } from './smtp.ts';
import { logLine } from './startup.ts';
import { startWorker } from './worker.ts';

const write = (line: string): boolean => process.stdout.write(`${line}\n`);
const say = (event: string): boolean => write(logLine('authentik.lib.config', 'info', event));

/** The entry point of authentik's container, and with `ldap` of the outpost's own. Resolves to an exit code, or runs until stopped. */
async function main(command: string | undefined): Promise<number | undefined> {
  if (command === 'healthcheck') return (await healthy()) ? 0 : 1;
  if (command === 'shell') return shell(process.argv.slice(2));
  if (command === 'test_email') return mailTest(process.argv[3] ?? '');
  if (command === 'ldap') return ldap();
  if (command !== 'server' && command !== 'worker') {
    process.stderr.write('usage: ak server | worker | healthcheck | shell | test_email\n');
    return 2;
  }
  const settings = readSettings(process.env);
  if (!settings.secretKey) {
    say('-'.repeat(70));
    say('Secret key missing, check https://docs.goauthentik.io/docs/install-config/');
    say('-'.repeat(70));
    return 1;
  }
  dropRoot(say);
  const store = postgresStore(settings.postgres);
  if (!(await waitFor('PostgreSQL', () => reachPostgres(store, settings.postgres), say))) return 1;
  const era = eraOf(settings.version);
  if (era.needsRedis && !(await waitFor('Redis', () => reachRedis(settings.redis), say))) return 1;
  say('Finished checking database connection');
  const running = await (command === 'server' ? serve(settings, store) : work(settings, store));
  untilStopped(() => running.close().then(() => store.close()));
  return undefined;
}

function untilStopped(close: () => Promise<void>): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void close().then(() => process.exit(0)));
}

async function ldap(): Promise<undefined> {
  const { AUTHENTIK_HOST: origin = '', AUTHENTIK_TOKEN: token = '' } = process.env;
  const running = await startLdapOutpost({ origin, token, log: write }, { host: '0.0.0.0', port: 3389 });
  untilStopped(() => running.close());
}

/** `ak shell -c PROGRAM`, beside a server or a worker that runs. */
async function shell(argv: readonly string[]): Promise<number> {
  const store = postgresStore(readSettings(process.env).postgres);
  let stdin = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) stdin += chunk;
  const { code, stdout, stderr } = await ak(store, argv, stdin);
  write(stdout);
  process.stderr.write(`${stderr}\n`);
  await store.close();
  return code;
}

async function mailTest(to: string): Promise<number> {
  const { code, stdout, stderr } = await testEmail(readMail(process.env), to);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  return code;
}

const common = (settings: ContainerSettings, store: StandinOptions['store']): StandinOptions => ({
  version: settings.version,
  timings: settings.timings,
  secretKey: settings.secretKey,
  bootstrap: settings.bootstrap,
  store,
  log: write,
});

/** All addresses, IPv6 included, is the default since 2026.5; without IPv6 that one does not start. */
function serve(settings: ContainerSettings, store: StandinOptions['store']): Promise<{ close(): Promise<void> }> {
  const everywhere = eraOf(settings.version).setupPage ? '::' : '0.0.0.0';
  const listen = settings.listen ?? { host: everywhere, port: 9000 };
  noteMode('server', listen.port);
  return startServer({
    ...common(settings, store),
    ...listen,
    canSaveMedia: dataIsWritable(),
    ...(settings.trustedProxies ? { trustedProxies: settings.trustedProxies } : {}),
    ...(settings.baseUrl ? { baseUrl: settings.baseUrl } : {}),
  });
}

async function work(settings: ContainerSettings, store: StandinOptions['store']): Promise<{ close(): Promise<void> }> {
  noteMode('worker', 0);
  const beats = setInterval(beat, 10_000);
  const worker = await startWorker({ ...common(settings, store), mail: settings.mail });
  return {
    close: () => {
      clearInterval(beats);
      return worker.close();
    },
  };
}

main(process.argv[2]).then(
  (code) => {
    if (code !== undefined) process.exit(code);
  },
  (error: unknown) => {
    write(logLine('authentik', 'error', error instanceof Error ? error.message : String(error)));
    process.exit(1);
  },
);

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { openCatalogue } from '../catalogue/catalogue.ts';
import type { CommonFlags } from '../cli/define-command.ts';
import { pointerPath } from '../config/locate.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import { textOf } from '../model/shown.ts';
import { connectAuthentik } from '../world/authentik/client.ts';
import { packagedCatalogue } from '../world/catalogue.ts';
import { systemClock } from '../world/clock.ts';
import { connectDocker } from '../world/docker/connect.ts';
import { nodeFiles } from '../world/files.ts';
import { linuxHost } from '../world/host.ts';
import { interruption } from '../world/interruption.ts';
import { systemLocks } from '../world/locks.ts';
import { systemRandom } from '../world/random.ts';
import { resticCommand } from '../world/restic.ts';
import { tarCommand } from '../world/tar.ts';
import { packagedTemplates } from '../world/templates.ts';
import { zfsCommand } from '../world/zfs.ts';
import { ownTerminal } from './terminal.ts';
import { traced } from './trace.ts';

/** The newest Node with which V8 was seen to take the flag; an unknown one would print a line. */
const newestSeen = 24;

/** The real world, for the real command line. */
export function wire(flags: CommonFlags): Runtime {
  // V8 lets the room for new objects grow to 32 MB and more, which a small server has better uses for.
  if (Number.parseInt(process.versions.node, 10) <= newestSeen) setFlagsFromString('--semi-space-growth-factor=1');
  const { env } = process;
  const signal = interruption();
  const terminal = ownTerminal(flags, signal);
  const files = nodeFiles();
  const runtime: Runtime = {
    world: {
      files,
      tar: tarCommand(),
      zfs: zfsCommand(),
      restic: resticCommand(),
      docker: connectDocker(env, {
        onPull: ({ reference, done, total }) => terminal.live(pulling(reference, done, total)),
      }),
      // Wanted for proofs alone, and it is much to load.
      http: { dial: async (request) => (await import('../world/http.ts')).ownHttp.dial(request) },
      ldap: { ask: async (question) => (await import('../world/ldap.ts')).ownLdap.ask(question) },
      mail: { send: async (letter) => (await import('../world/mail.ts')).ownMail.send(letter) },
      host: linuxHost,
      locks: systemLocks,
      clock: systemClock,
      random: systemRandom,
    },
    terminal,
    connect: (options) =>
      connectAuthentik({
        ...options,
        onWait: (because) => terminal.live(because && `· waiting for authentik   ${textOf(because.says)}`),
      }),
    templates: packagedTemplates,
    catalogue: openCatalogue(packagedCatalogue),
    pointer: pointerPath,
    cwd: process.cwd(),
    env,
    version: createRequire(import.meta.url)('../../package.json').version,
    problemsPage: fileURLToPath(new URL('../../docs/problems.md', import.meta.url)),
    signal,
    ...(flags.wait !== undefined && { patience: flags.wait * 60_000 }),
  };
  const isTraced = flags.debug || Boolean(env['HOMEAUTH_DEBUG']);
  return isTraced ? traced(runtime, terminal.say) : runtime;
}

function pulling(reference: string, done: number, total: number): string {
  const mb = (bytes: number) => (bytes / 1e6).toFixed(0);
  return `· pulling ${reference}   ${mb(done)} of ${total > 0 ? `${mb(total)} MB` : '?'}`;
}

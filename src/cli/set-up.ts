import type { ExitCode } from '../model/failure.ts';
import { defineCommand, endShutOut, type FlagsOf, oneOf } from './define-command.ts';

/** What `init` wants to know is a flag each, too: they come from the interview. */
export const init = defineCommand({
  name: 'init',
  heading: 'set up',
  about: 'Set up single sign-on on this server',
  examples: [
    'homeauth init',
    'homeauth init --yes --domain home.example.com --base-dir /srv/docker \\\n--name Helen --email helen@example.com',
  ],
  changes: true,
  dryRun: 'show what would be made, and make nothing',
  takes: (command) =>
    command
      .option('--admin-password-file <file>', 'your password; - reads stdin. Without a terminal one is generated')
      .option('--cloudflare-token-file <file>', 'token for certificates by DNS, with --tls cloudflare'),
  run: async (_, flags, s): Promise<ExitCode> => (await import('../commands/init.ts')).init(flags, s),
});
export type InitFlags = FlagsOf<typeof init>;

export const plan = defineCommand({
  name: 'plan',
  heading: 'set up',
  about: 'Show what apply would change',
  examples: ['homeauth plan', 'homeauth plan --json --exit-code'],
  takes: (command) => command.option('--exit-code', 'exit with 4 when something would change'),
  run: async (_, flags, s): Promise<ExitCode> => (await import('../commands/plan.ts')).plan(flags, s),
});
export type PlanFlags = FlagsOf<typeof plan>;

export const apply = defineCommand({
  name: 'apply',
  heading: 'set up',
  about: 'Make everything as homeauth.yaml says',
  examples: ['homeauth apply', 'homeauth apply --dry-run', 'homeauth apply --pull'],
  changes: true,
  dryRun: 'show what would change, and change nothing',
  takes: (command) => command.option('--pull', 'take newer builds of the same image tags').option(...endShutOut),
  run: async (_, flags, s): Promise<ExitCode> => (await import('../commands/apply.ts')).apply(flags, s),
});
export type ApplyFlags = FlagsOf<typeof apply>;

const kinds = oneOf('[kind]', 'caddy unless told; npm is Nginx Proxy Manager', [
  'caddy',
  'nginx',
  'npm',
  'traefik',
  'traefik-labels',
]);

export const proxyText = defineCommand({
  name: 'proxy text',
  heading: 'set up',
  about: 'Print the text for a proxy that you keep, for example on another machine',
  examples: ['homeauth proxy text', 'homeauth proxy text nginx'],
  takes: (command) => command.addArgument(kinds),
  run: async ([kind], flags, s): Promise<ExitCode> =>
    (await import('../commands/proxy-text.ts')).proxyText(kind, flags, s),
});

export const uninstall = defineCommand({
  name: 'uninstall',
  heading: 'set up',
  about: 'Remove what homeauth made; your data stays unless you type your domain',
  examples: ['homeauth uninstall', 'homeauth uninstall --confirm home.example.com'],
  changes: true,
  dryRun: 'show what would go, and change nothing',
  takes: (command) => command.option('--confirm <domain>', 'remove the data, too: type the domain'),
  run: async (_, flags, s): Promise<ExitCode> => (await import('../commands/uninstall.ts')).uninstall(flags, s),
});
export type UninstallFlags = FlagsOf<typeof uninstall>;

import type { Login } from '../model/app-login.ts';
import type { ExitCode } from '../model/failure.ts';
import { choice, defineCommand, endShutOut, type FlagsOf, several } from './define-command.ts';

export const apps = defineCommand({
  name: 'apps',
  heading: 'apps',
  about: 'Say how the apps that homeauth knows log in',
  examples: ['homeauth apps', 'homeauth apps photos', 'homeauth apps immich'],
  takes: (command) => command.argument('[word...]', 'a name, or a word of a title, a category or an image'),
  run: async ([words], _, s): Promise<ExitCode> => (await import('../commands/apps.ts')).apps(words, s),
});

/** The model's list, which is not loaded at every start: the compiler holds the two together. */
const logins: Record<Login, true> = { 'forward-auth': true, header: true, oidc: true, ldap: true, none: true };

export const addApp = defineCommand({
  name: 'add-app',
  heading: 'apps',
  about: 'Put an app behind the login',
  examples: [
    'homeauth add-app',
    'homeauth add-app sonarr',
    'homeauth add-app wiki --upstream wiki:3000 --group family',
  ],
  changes: true,
  dryRun: 'show what would change, and change nothing',
  takes: (command) =>
    command
      .argument(
        '[name]',
        'a name from the list of homeauth apps, or one of your own; without it, homeauth offers the apps that run here',
      )
      .option('--upstream <host:port>', 'where Caddy finds the app')
      .option('--host <name>', 'its host name; default: <name>.<domain>')
      .option('--title <text>', 'how authentik shows it')
      .option('--group <group>', 'only members of this authentik group get in')
      .addOption(
        choice('--mode <app|domain>', 'app: rules of its own (the default); domain: those of the whole domain'),
      )
      .addOption(
        choice('--login <way>', 'how people get in; default: what homeauth apps says of the app', Object.keys(logins)),
      )
      .addOption(several('--redirect-uri <url>', 'with --login oidc: where authentik may send people back to'))
      .option(
        '--settings-in <container:path>',
        "with --login oidc or ldap: the app's file of settings, for homeauth to write into; or the container whose commands set them",
      )
      .option('--api-key-file <file>', 'with --login oidc: a key of an administrator of the app, for its HTTP API')
      .option(
        '--compose-override',
        "write the lines for the app's compose file into a file beside it, for Compose to read",
      )
      .option(
        '--compose-up',
        'the same, and make its container anew (docker compose up -d) whenever these settings change',
      )
      .option('--admin-password-file <file>', 'your password, to prove the login; - reads stdin')
      .option(...endShutOut),
  run: async ([name], flags, s): Promise<ExitCode> => (await import('../commands/add-app.ts')).addApp(name, flags, s),
});
export type AddAppFlags = FlagsOf<typeof addApp>;

export const protect = defineCommand({
  name: 'protect',
  heading: 'apps',
  about: 'Put a site of your own Caddyfile behind the login',
  examples: ['homeauth protect wiki.home.example.com', 'homeauth protect wiki.home.example.com --group family'],
  changes: true,
  dryRun: 'show what would change, and change nothing',
  takes: (command) =>
    command
      .argument('<host>')
      .option('--name <name>', "the app's name; default: the first part of its host")
      .option('--title <text>', 'how authentik shows it')
      .option('--group <group>', 'only members of this authentik group get in')
      .addOption(
        choice('--mode <app|domain>', 'app: rules of its own (the default); domain: those of the whole domain'),
      )
      .option('--admin-password-file <file>', 'your password, to prove the login; - reads stdin')
      .option(...endShutOut),
  run: async ([host], flags, s): Promise<ExitCode> => (await import('../commands/protect.ts')).protect(host, flags, s),
});
export type ProtectFlags = FlagsOf<typeof protect>;

export const app = defineCommand({
  name: 'app',
  heading: 'apps',
  about: 'Say how people log in to an app, and what to enter in it',
  examples: ['homeauth app wiki', 'homeauth app wiki --show-secret', 'homeauth app immich --only-sso'],
  changes: true,
  dryRun: 'with --only-sso: show what would change, and change nothing',
  takes: (command) =>
    command
      .argument('<name>')
      .option('--show-secret', 'show the secret that is entered in it, at a terminal, and nothing else')
      .option('--only-sso', "switch the app's own passwords off, once it is proven that you get in as an administrator")
      .option('--no-only-sso', "switch the app's own passwords on again")
      .option('--admin-password-file <file>', 'your password, for --only-sso; - reads stdin'),
  run: async ([name], flags, s): Promise<ExitCode> => (await import('../commands/app.ts')).app(name, flags, s),
});
export type AppFlags = FlagsOf<typeof app>;

export const ldapTest = defineCommand({
  name: 'ldap test',
  heading: 'apps',
  about: 'Say whether somebody gets into the apps that ask by LDAP',
  examples: ['homeauth ldap test anna', 'homeauth ldap test anna --app jellyfin'],
  takes: (command) =>
    command
      .argument('<user>')
      .option('--app <name>', 'this app alone')
      .option('--password-file <file>', 'their password, as the only line of a file; - reads stdin'),
  run: async ([user], flags, s): Promise<ExitCode> =>
    (await import('../commands/ldap-test.ts')).ldapTest(user, flags, s),
});
export type LdapTestFlags = FlagsOf<typeof ldapTest>;

export const removeApp = defineCommand({
  name: 'remove-app',
  heading: 'apps',
  about: 'Remove an app from the login',
  examples: ['homeauth remove-app wiki'],
  changes: true,
  dryRun: 'show what would change, and change nothing',
  takes: (command) => command.argument('<name>'),
  run: async ([name], flags, s): Promise<ExitCode> =>
    (await import('../commands/remove-app.ts')).removeApp(name, flags, s),
});

export const explain = defineCommand({
  name: 'explain',
  heading: 'apps',
  about: 'Say whether somebody may open an app, and why',
  examples: ['homeauth explain anna wiki', 'homeauth explain anna immich --claims'],
  changes: true,
  takes: (command) =>
    command
      .argument('<user>')
      .argument('<app>')
      .option('--claims', 'also what authentik would tell the app of them (OpenID Connect)')
      .option('--end-sessions', 'log them out everywhere where they may not'),
  run: async ([user, app], flags, s): Promise<ExitCode> =>
    (await import('../commands/explain.ts')).explain(user, app, flags, s),
});
export type ExplainFlags = FlagsOf<typeof explain>;

export const verify = defineCommand({
  name: 'verify',
  heading: 'apps',
  about: 'Check again that every app asks strangers for a login',
  examples: ['homeauth verify', 'homeauth verify --as-outsider', 'homeauth verify immich --as-owner'],
  changes: true,
  takes: (command) =>
    command
      .argument('[name]', 'this app alone')
      .option('--as-owner', 'also log in to this app as you: it creates your account in it')
      .option('--admin-password-file <file>', 'your password, for --as-owner; - reads stdin')
      .option('--as-outsider', 'also with an account in no group: it is created, and removed again')
      .option('-v, --verbose', 'also show the checks that passed'),
  run: async ([name], flags, s): Promise<ExitCode> => (await import('../commands/verify.ts')).verify(name, flags, s),
});
export type VerifyFlags = FlagsOf<typeof verify>;

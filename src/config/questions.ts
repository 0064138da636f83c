import { defaultRelease } from '../model/release.ts';
import { checkContainerName } from './app-name.ts';
import { checkBaseDir } from './directory.ts';
import { fileSchema } from './homeauth-yaml.ts';
import { checkHostName } from './host-name.ts';
import { checkListen, checkProxyAddress } from './listen.ts';
import { checkEmail, checkTitle, checkUsername } from './person.ts';
import { type Check, quote, sentence } from './refusal.ts';
import { checkTlsEnds } from './tls-end.ts';
import { checkVersion } from './version.ts';

/** What was found on this server that an answer can be guessed from. */
export interface Hints {
  readonly domain?: string;
  readonly baseDir?: string;
  readonly fullName?: string;
  readonly username?: string;
  readonly email?: string;
  readonly lanAddress?: string;
  /** A Caddy outside of Docker's networks serves this server. */
  readonly proxy?: 'host-caddy';
  /** Where authentik can listen for it. */
  readonly listen?: string;
}

export type QuestionId =
  | 'domain'
  | 'auth-host'
  | 'base-dir'
  | 'name'
  | 'admin'
  | 'email'
  | 'authentik-version'
  | 'consent'
  | 'allow-unsupported'
  | 'proxy'
  | 'listen'
  | 'proxy-address'
  | 'caddy-container'
  | 'tls'
  | 'tls-from'
  | 'second-factor';

export type Answers = Partial<Record<QuestionId, string | boolean>>;

/** One thing that `init` wants to know: asked where it has a prompt, and always a flag. */
export interface Question {
  readonly id: QuestionId;
  /** As commander takes it. */
  readonly flag: string;
  readonly help: string;
  /** Absent: never asked, a flag alone. */
  readonly prompt?: string;
  /** A value that would do, for a command to copy. */
  readonly example?: string;
  readonly choices?: readonly string[];
  /** What the prompt offers, and what is taken where nothing can be asked. */
  readonly suggest: (hints: Hints, earlier: Answers) => string | undefined;
  /** Taken where nothing can be asked, in place of what the prompt offers. */
  readonly unattended?: string;
  /** A sentence that says what is wrong and what to write; nothing where the value will do. */
  readonly validate: (value: string) => string | undefined;
}

const { authentik, policies, proxy, tls } = fileSchema.shape;

export const questions: readonly Question[] = [
  {
    id: 'domain',
    flag: '--domain <name>',
    help: 'domain above your apps, for example home.example.com',
    prompt: 'Domain for your apps',
    example: 'home.example.com',
    suggest: (hints) => hints.domain,
    validate: says(checkHostName),
  },
  {
    id: 'base-dir',
    flag: '--base-dir <path>',
    help: 'where to keep everything; "authentik" is made below it',
    prompt: 'Where to keep it',
    example: '/srv/docker',
    suggest: (hints) => hints.baseDir,
    validate: says(checkBaseDir),
  },
  {
    id: 'name',
    flag: '--name <name>',
    help: 'your name, as people read it',
    prompt: 'Your name',
    example: 'Helen',
    suggest: (hints) => hints.fullName,
    validate: says(checkTitle),
  },
  {
    id: 'admin',
    flag: '--admin <user name>',
    help: 'your user name',
    prompt: 'Your user name',
    example: 'helen',
    suggest: (hints, earlier) => usernameFrom(earlier['name']) ?? hints.username,
    validate: says(checkUsername),
  },
  {
    id: 'email',
    flag: '--email <address>',
    help: 'your e-mail address',
    prompt: 'Your e-mail',
    example: 'helen@example.com',
    suggest: (hints) => hints.email,
    validate: says(checkEmail),
  },
  {
    id: 'second-factor',
    // The words themselves would make the column of flags too wide for the help.
    flag: '--second-factor <who>',
    help: 'who has to set one up: off, admins or everyone',
    prompt: 'Second factor for (admins, everyone, off)',
    suggest: () => 'admins',
    // A script has nobody at hand who could set one up, and may go on with the password that it gave.
    unattended: 'off',
    validate: oneOf(policies.unwrap().shape['second-factor'].unwrap().options),
  },
  {
    id: 'authentik-version',
    flag: '--authentik-version <release>',
    help: 'exact release of authentik',
    suggest: () => defaultRelease,
    validate: says(checkVersion),
  },
  {
    ...choice(
      'consent',
      'whether a page asks before an app learns who you are',
      authentik.shape.consent.unwrap().options,
    ),
    // In a new home the apps are its owner's; what a homeauth.yaml leaves out stays what authentik does.
    suggest: () => 'implicit',
  },
  {
    id: 'allow-unsupported',
    flag: '--allow-unsupported',
    help: 'go on with a release that homeauth has not been tested with',
    suggest: () => undefined,
    validate: () => undefined,
  },
  {
    ...choice(
      'proxy',
      'which proxy: Caddy in a container, Caddy on this server itself, or one that you manage',
      proxy.unwrap().options,
    ),
    suggest: (hints) => hints.proxy ?? 'caddy',
  },
  {
    id: 'listen',
    flag: '--listen <address:port>',
    help: 'where authentik listens for a proxy outside of Docker',
    suggest: (hints, earlier) => (earlier['proxy'] === 'host-caddy' ? hints.listen : undefined),
    validate: says(checkListen),
  },
  {
    id: 'proxy-address',
    flag: '--proxy-address <address>',
    help: 'from where a proxy on another machine asks authentik',
    suggest: () => undefined,
    validate: says(checkProxyAddress),
  },
  {
    id: 'auth-host',
    flag: '--auth-host <name>',
    help: 'where people log in; default: auth.<domain>',
    suggest: () => undefined,
    validate: says(checkHostName),
  },
  {
    id: 'caddy-container',
    flag: '--caddy-container <name>',
    help: 'which container is the Caddy to use, where there are several',
    suggest: () => undefined,
    validate: says(checkContainerName),
  },
  // The words themselves would make the column of flags too wide for the help.
  { ...choice('tls', 'where certificates come from', tls.unwrap().options), flag: '--tls <where>' },
  {
    id: 'tls-from',
    flag: '--tls-from <who>',
    help: 'who ends TLS before Caddy: addresses or containers, with commas',
    suggest: () => undefined,
    validate: says(checkTlsEnds),
  },
];

function choice(id: QuestionId, help: string, choices: readonly string[]): Question {
  return {
    id,
    flag: `--${id} <${choices.join('|')}>`,
    help,
    choices,
    suggest: () => choices[0],
    validate: oneOf(choices),
  };
}

function oneOf(choices: readonly string[]): Question['validate'] {
  return (value) => (choices.includes(value) ? undefined : `${quote(value)} is not one of: ${choices.join(', ')}.`);
}

function says(check: Check): (value: string) => string | undefined {
  return (value) => {
    const refusal = check(value);
    return refusal && sentence(value, refusal);
  };
}

/** The first word of a name, where it can be a user name. */
function usernameFrom(name: string | boolean | undefined): string | undefined {
  const first =
    String(name ?? '')
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .split(/\s+/)[0] ?? '';
  return first !== '' && checkUsername(first) === undefined ? first : undefined;
}

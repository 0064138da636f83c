export type CommandName =
  | 'init'
  | 'add-app'
  | 'remove-app'
  | 'plan'
  | 'apply'
  | 'status'
  | 'verify'
  | 'doctor'
  | 'uninstall'
  | 'mail test'
  | 'explain'
  | 'rescue'
  | 'user add'
  | 'user list'
  | 'user show'
  | 'user groups'
  | 'user password'
  | 'user disable'
  | 'user enable'
  | 'user remove'
  | 'user reset'
  | 'user invite'
  | 'user invites'
  | 'user enroll-2fa'
  | 'user reset-2fa'
  | 'completion';

/** The flags of all commands, as the command line gives them. */
export interface Flags {
  readonly config?: string;
  readonly dryRun?: boolean;
  readonly exitCode?: boolean;
  readonly verbose?: boolean;
  readonly confirm?: string;
  readonly adminPasswordFile?: string;
  readonly cloudflareTokenFile?: string;
  readonly upstream?: string;
  readonly host?: string;
  readonly title?: string;
  /** Several where a command takes it more than once. */
  readonly group?: string | readonly string[];
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly name?: string;
  readonly email?: string;
  readonly link?: boolean;
  readonly print?: boolean;
  readonly expires?: string;
  readonly revoke?: string;
  readonly passwordFile?: string;
  readonly passwordStdin?: boolean;
  readonly newPassword?: boolean;
  /** Of `rescue` a switch, of `init` a word. */
  readonly secondFactor?: boolean | string;
  readonly endSessions?: boolean;
  readonly mode?: string;
  /** Answers of the interview, by the names that commander gives them: baseDir, allowUnsupported … */
  readonly [answer: string]: unknown;
}

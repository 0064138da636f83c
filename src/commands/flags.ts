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
  | 'user list'
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
  readonly group?: string;
  readonly mode?: string;
  /** Answers of the interview, by the names that commander gives them: baseDir, allowUnsupported … */
  readonly [answer: string]: unknown;
}

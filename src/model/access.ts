/** Whether somebody may open an app. */
export interface Access {
  readonly user: string;
  readonly app: string;
  /** What counts: authentik's word about the rules, and that the account is not disabled. */
  readonly opens: boolean;
  /** Paths that everybody may open, without a login. */
  readonly openPaths: readonly string[];
  /** Why, as sentences; the deciding one first. */
  readonly because: readonly string[];
  /** Our reading of the rules; absent where something decides that only authentik can run. */
  readonly reading?: boolean;
  /** What authentik's own check of the rules says; absent where it has no such application. */
  readonly authentik?: boolean;
  /** Whether the two agree about the rules; true where one of them has no opinion. */
  readonly agree: boolean;
  /** What authentik would tell the app of them, by claim; where that was asked for. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

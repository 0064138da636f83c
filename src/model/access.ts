/** Whether somebody may open an app. */
export interface Access {
  readonly user: string;
  readonly app: string;
  /** By our reading of the rules; undefined where something decides that only authentik can run. */
  readonly passes: boolean | undefined;
  /** Why, as sentences; the deciding one first. */
  readonly because: readonly string[];
  /** What authentik's own check of the rules says; absent where it has no such application. */
  readonly authentik?: boolean;
  /** Whether the two agree about the rules; true where one of them has no opinion. */
  readonly agree: boolean;
}

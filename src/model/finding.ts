/** What one check found. `skip`: it could not be looked at, `cause` says why. */
export interface Finding {
  /** Stable name, also the section's name in docs/problems.md. */
  readonly id: string;
  /** The app it is about, where it is about one. */
  readonly subject?: string;
  readonly status: 'ok' | 'fail' | 'warn' | 'skip';
  /** What was looked at, as a sentence that is true when the check is fine. */
  readonly title: string;
  /** What came back. */
  readonly answer?: string;
  readonly cause?: string;
  readonly fix?: string;
}

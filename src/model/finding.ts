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
  /** How many of the same are told together. */
  readonly family?: Family;
}

/** Findings that have the same family are told as one where there are many. */
export interface Family {
  readonly is: string;
  /** What this one of them is about. */
  readonly name: string;
  /** What is said of all of them where what one of them says does not fit: a title where all is well, or a cause and its fix. */
  readonly title?: string;
  readonly cause?: string;
  readonly fix?: string;
}

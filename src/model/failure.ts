/** What a command's exit status tells a script. Listed for people in `homeauth help exit-codes`. */
export const exitCodes = {
  fine: 0,
  bug: 1,
  couldNotStart: 2,
  refused: 3,
  wrong: 4,
  halfway: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface FailureText {
  /** Stable name, also the section's name in docs/problems.md. */
  readonly code: string;
  /** What is wrong, in one sentence. */
  readonly problem: string;
  /** Why that is so, or why it matters. */
  readonly why?: string;
  /** Material to look at: a log's last lines, an excerpt of a file. */
  readonly details?: string;
  /** What to do; printed last. */
  readonly fix: string;
  readonly exit?: ExitCode;
}

/** An error that a person can act on. Anything else that is thrown is a bug of ours. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: string;
  readonly problem: string;
  readonly why: string | undefined;
  readonly details: string | undefined;
  readonly fix: string;
  readonly exit: ExitCode;

  constructor(text: FailureText, options?: ErrorOptions) {
    super(text.problem, options);
    this.code = text.code;
    this.problem = text.problem;
    this.why = text.why;
    this.details = text.details;
    this.fix = text.fix;
    this.exit = text.exit ?? exitCodes.couldNotStart;
  }
}

/** The outcome of a request is not known: it may have been carried out. Look again before repeating it. */
export class Uncertain extends Failure {}

import type { Reason } from './reason.ts';
import { clause, quotationOf, type Shown, textOf } from './shown.ts';

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

/** A problem that a person can act on: the one shape of what goes wrong, and of what a check finds. */
export interface Issue {
  /** Stable name, also the section's name in docs/problems.md. */
  readonly code: string;
  /** What is wrong, in one sentence. */
  readonly problem: Shown;
  /** Why that is so, or why it matters. */
  readonly why?: Shown | undefined;
  /** Material to look at: a log's last lines, an excerpt of a file. */
  readonly details?: Shown | undefined;
  /** What to do; printed last. */
  readonly fix: Shown;
  /** The same where it names a line of homeauth.yaml, and there is none yet. */
  readonly fixByFlag?: Shown | undefined;
  /** What is behind it, for whoever decides by more than the code. */
  readonly because?: Reason | undefined;
}

/** Where it is explained. */
export const docsOf = ({ code }: Issue): string => `docs/problems.md#${code}`;

/** What is wrong and why, in one text. */
export function causeOf({ problem, why, details }: Issue): string {
  const sentences = [textOf(problem), ...(why ? [textOf(why)] : [])].join(' ');
  return details ? `${sentences}\n${quotationOf(details)}` : sentences;
}

/** An issue as the reason for something else. */
export const reasonOf = ({ because, problem }: Issue): Reason => ({
  code: 'failed',
  ...because,
  says: clause(problem),
});

export interface FailureText extends Issue {
  readonly exit?: ExitCode;
}

/** An error that carries an issue. Anything else that is thrown is a bug of ours. */
export class Failure extends Error implements Issue {
  override readonly name = 'Failure';
  readonly code: string;
  readonly problem: Shown;
  readonly why: Shown | undefined;
  readonly details: Shown | undefined;
  readonly fix: Shown;
  readonly fixByFlag: Shown | undefined;
  readonly because: Reason | undefined;
  readonly exit: ExitCode;

  constructor(text: FailureText, options?: ErrorOptions) {
    super(textOf(text.problem), options);
    this.code = text.code;
    this.problem = text.problem;
    this.why = text.why;
    this.details = text.details;
    this.fix = text.fix;
    this.fixByFlag = text.fixByFlag;
    this.because = text.because;
    this.exit = text.exit ?? exitCodes.couldNotStart;
  }
}

/** Somebody ended a command that had changed nothing yet. `how`: the rest of the sentence. */
export const stopped = (how: string, why?: string): Failure =>
  new Failure({
    code: 'interrupted',
    problem: `Stopped, as you asked${how}`,
    why,
    fix: 'Run the same command again when you are ready.',
    exit: exitCodes.interrupted,
  });

/** For `catch`: a failure is an answer. Anything else is a bug of ours, and goes on. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  throw error;
}

/** For `catch`: nothing, where it failed. */
export const asNothing = (error: unknown): undefined => void asFailure(error);

/** For `catch`: another answer, where it failed with this code. */
export const insteadOf =
  <T>(code: string, answer: T) =>
  (error: unknown): T => {
    if (error instanceof Failure && error.code === code) return answer;
    throw error;
  };

/** The outcome of a request is not known: it may have been carried out. Look again before repeating it. */
export class Uncertain extends Failure {}

import type { Secret } from '../../model/secret.ts';

/** A question is also a flag: a script, and `--no-input`, can answer each of them. */
export interface Question {
  readonly message: string;
  /** The flag that answers it, as it is typed: `--domain NAME`. */
  readonly flag: string;
  /** What is true of the machine when the user stops here: `Nothing was changed.` */
  readonly ifStopped: string;
}

/** What is wrong with an answer, in a sentence; undefined when nothing is. */
export type Validate = (value: string) => string | undefined | Promise<string | undefined>;

export interface TextQuestion extends Question {
  /** Taken when the user just presses Enter. */
  readonly initial?: string;
  readonly validate?: Validate;
}

export interface SecretQuestion extends Question {
  readonly validate?: Validate;
  /** Asks a second time with these words, for a value that nobody can check: a new password. */
  readonly again?: string;
}

export interface Confirmation extends Question {
  readonly initial: boolean;
  /** Shown when the user answers `d`. */
  readonly details?: string;
}

export interface Choice<T> extends Question {
  readonly choices: readonly { readonly value: T; readonly name: string; readonly description?: string }[];
  readonly initial?: T;
}

export interface Asking {
  /** @throws Failure that names the flag where nobody can be asked, and `interrupted` when the user stops */
  ask(question: TextQuestion): Promise<string>;
  askSecret(question: SecretQuestion): Promise<Secret>;
  /** A confirmation whose flag is `--yes` is answered by that; any other wants its own word even then. */
  confirm(question: Confirmation): Promise<boolean>;
  choose<T>(question: Choice<T>): Promise<T>;
}

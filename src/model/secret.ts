const dots = '••••••••';

/** A value that prints as dots everywhere; only `reveal` gives it, at the adapter that needs it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return dots;
  }

  toJSON(): string {
    return dots;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return dots;
  }
}

/** The plain text of a value that may be secret. Only for adapters and comparisons, never for words. */
export const reveal = (value: string | Secret): string => (value instanceof Secret ? value.reveal() : value);

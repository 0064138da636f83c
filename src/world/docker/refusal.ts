import { Failure } from '../../model/failure.ts';

/** The engine answered, and the answer is no. */
export class Refusal extends Failure {
  readonly status: number;
  /** The engine's own words. */
  readonly words: string;

  constructor(status: number, words: string, request: string) {
    super({
      code: 'docker-refused',
      problem: `Docker refused (${status}) ${request}.`,
      details: words,
      fix: 'Correct what Docker names, then run the same command again.',
    });
    this.status = status;
    this.words = words;
  }
}

/** Runs a request, and takes an answer with one of these statuses for success: what it asks for is so already. */
export async function tolerating(statuses: readonly number[], request: Promise<unknown>): Promise<void> {
  await request.catch((error: unknown) => {
    if (!(error instanceof Refusal && statuses.includes(error.status))) throw error;
  });
}

import { Secret } from '../../model/secret.ts';

/** A body on its way out: the only place where the secrets in it are revealed. */
export interface Body {
  readonly text: string;
  readonly secrets: readonly string[];
  /** What the person calls the thing that the body describes. */
  readonly name: string | undefined;
}

const names = ['name', 'slug', 'username', 'identifier'];

export function bodyOf(value: unknown): Body {
  const secrets: string[] = [];
  const text = JSON.stringify(value, function (this: Record<string, unknown>, key: string, plain: unknown) {
    const original = this[key];
    if (!(original instanceof Secret)) return plain;
    secrets.push(original.reveal());
    return original.reveal();
  });
  const fields = value as Record<string, unknown> | undefined;
  const name = names.map((field) => fields?.[field]).find((one) => typeof one === 'string');
  return { text, secrets, name: name as string | undefined };
}

/** Takes secrets out of an answer, as they are and as JSON writes them: authentik may repeat what it was sent. */
export const without = (secrets: readonly string[], text: string): string =>
  secrets
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    .filter((secret) => secret !== '')
    .reduce((words, secret) => words.replaceAll(secret, '••••••••'), text);

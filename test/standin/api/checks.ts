/** Sentences that Django's and authentik's validators say; undefined when the value is right. */

export const slug = (value: string): string | undefined =>
  /^[-a-zA-Z0-9_]+$/.test(value)
    ? undefined
    : 'Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.';

/** DRF's own slug field, with straight quotes. */
export const tokenSlug = (value: string): string | undefined =>
  /^[-a-zA-Z0-9_]+$/.test(value)
    ? undefined
    : 'Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.';

export const email = (value: string): string | undefined =>
  /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value) ? undefined : 'Enter a valid email address.';

export const url =
  (...schemes: readonly string[]) =>
  (value: string): string | undefined =>
    URL.canParse(value) && schemes.some((scheme) => value.toLowerCase().startsWith(`${scheme}://`))
      ? undefined
      : 'Enter a valid URL.';

export const duration = (value: string): string | undefined =>
  /^(\w+=-?\d+)(;\w+=-?\d+)*$/.test(value)
    ? undefined
    : `${value} is not in the correct format of 'hours=3;minutes=1'.`;

export const unique =
  (taken: () => readonly string[], sentence: string) =>
  (value: string): string | undefined =>
    taken().includes(value) ? sentence : undefined;

/** The first sentence that any of the checks says. */
export const all =
  (...checks: readonly ((value: string) => string | undefined)[]) =>
  (value: string): string | undefined => {
    for (const check of checks) {
      const problem = check(value);
      if (problem) return problem;
    }
    return undefined;
  };

const UNITS: Record<string, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400, weeks: 604_800 };

/** The seconds in one of authentik's durations, such as `hours=1;minutes=30`. */
export const seconds = (value: string): number =>
  value
    .split(';')
    .map((part) => part.split('='))
    .reduce((sum, [unit = '', amount = '0']) => sum + (UNITS[unit] ?? 0) * Number(amount), 0);

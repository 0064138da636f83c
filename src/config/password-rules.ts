/** What a password must not be made of: whatever a guesser tries first. */
export interface Known {
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly domain: string;
}

/** Characters. */
export const least = 10;

/** What the most common passwords are made of, once digits and signs around them and in place of letters are taken off. */
const common =
  'password passwort admin administrator authentik homeauth login welcome letmein changeme secret iloveyou qwerty qwertz qwertyuiop qwertzuiop asdfghjkl zxcvbnm abcdefgh master monkey dragon sunshine princess football baseball superman batman starwars trustnoone whatever computer internet server default guest user test summer winter spring autumn'.split(
    ' ',
  );

const signs: Readonly<Record<string, string>> = { '@': 'a', '4': 'a', '3': 'e', '1': 'i', '0': 'o', $: 's', '5': 's' };

/**
 * What is weak about a new password, as a sentence without the password; undefined where nothing is. authentik takes
 * any password from its API, one letter included, so the rule has to be here. A dictionary of leaked passwords would
 * be megabytes, and says little more about ten characters and above than these rules do.
 */
export function weakness(password: string, { username, name, email, domain }: Known): string | undefined {
  const letters = [...password];
  if (letters.length < least) return `It has ${letters.length} characters; ${least} are the least.`;
  if (isRun(letters)) return 'It is a row of letters or digits that follow each other.';
  const core = coreOf(password);
  const own = [
    username,
    name,
    email,
    email.split('@')[0] ?? '',
    domain,
    domain.split('.')[0] ?? '',
    ...name.split(' '),
  ];
  const about = own.map(coreOf).filter((word) => word.length > 2);
  if (about.some((word) => isMadeOf(core, word)))
    return 'It is the name, the address or the domain, with little around it.';
  if (common.some((word) => isMadeOf(core, word))) return 'It is among the first that anybody would try.';
  const different = new Set(letters.map((letter) => letter.toLowerCase())).size;
  return different < 5 ? `It has ${different} different characters in all.` : undefined;
}

/** The letters that remain, in lower case, where digits and signs stand for letters or around them. */
function coreOf(text: string): string {
  const trimmed = text.toLowerCase().replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  return [...trimmed]
    .map((sign) => signs[sign] ?? sign)
    .join('')
    .replace(/[^\p{L}]/gu, '');
}

/** The word itself, or the word again and again. */
const isMadeOf = (core: string, word: string): boolean => core !== '' && core.replaceAll(word, '') === '';

/** Every character follows the one before it, upwards or downwards. */
function isRun(letters: readonly string[]): boolean {
  const steps = letters.slice(1).map((letter, n) => (letter.codePointAt(0) ?? 0) - (letters[n]?.codePointAt(0) ?? 0));
  const even = steps.filter((step) => Math.abs(step) <= 1 || Math.abs(step) === 9).length;
  return even === steps.length;
}

/** One argument of nginx, taken literally but for variables: bare, or in double quotes. */
export function quoteNginx(value: string | number | boolean): string {
  const word = String(value);
  return /^[A-Za-z0-9_./:@%+=,*?&[\]-]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, '\\$&')}"`;
}

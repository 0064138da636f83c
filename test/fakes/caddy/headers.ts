/** The headers of a request, as they came: in their order, with their capitals, one line each. */
export type Headers = readonly (readonly [name: string, value: string])[];

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export const fromRaw = (raw: readonly string[]): Headers =>
  raw.flatMap((name, n) => (n % 2 === 0 ? [[name, raw[n + 1] ?? ''] as const] : []));

export const valuesOf = (headers: Headers, name: string): readonly string[] =>
  headers.filter(([other]) => same(other, name)).map(([, value]) => value);

/** A star at the beginning, at the end, or at both of them stands for anything. */
export function isLike(pattern: string, text: string): boolean {
  const [begins, ends] = [pattern.startsWith('*'), pattern.endsWith('*')];
  const core = pattern.replace(/^\*|\*$/g, '');
  if (begins && ends) return text.includes(core);
  if (begins) return text.endsWith(core);
  return ends ? text.startsWith(core) : text === core;
}

export const without = (headers: Headers, pattern: string): Headers =>
  headers.filter(([name]) => !isLike(pattern.toLowerCase(), name.toLowerCase()));

export const withHeader = (headers: Headers, name: string, value: string): Headers => [
  ...headers.filter(([other]) => !same(other, name)),
  [name, value],
];

/** One operation: `-NAME` takes away, `NAME VALUE` sets, and `NAME EXPRESSION VALUE` changes what is there. */
export function changed(headers: Headers, [name = '', value = '', replacement]: readonly string[]): Headers {
  if (name.startsWith('-')) return without(headers, name.slice(1));
  if (replacement === undefined) return withHeader(headers, name, value);
  const expression = new RegExp(value);
  return headers.map(([other, held]) => [other, same(other, name) ? held.replace(expression, replacement) : held]);
}

const hopByHop = [
  'Connection',
  'Proxy-Connection',
  'Keep-Alive',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Te',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
];

const listed = (values: readonly string[]): readonly string[] =>
  values.flatMap((value) => value.split(',')).map((token) => token.trim());

/** What Caddy hands on: neither what is for one connection, nor whatever the header Connection names. */
export function handedOn(headers: Headers): Headers {
  const named = listed(valuesOf(headers, 'Connection'));
  const isUpgrade = named.some((token) => same(token, 'upgrade'));
  const [protocol = ''] = valuesOf(headers, 'Upgrade');
  const rest = [...named.filter((name) => name !== ''), ...hopByHop].reduce(
    (left, name) => left.filter(([other]) => !same(other, name)),
    headers,
  );
  return isUpgrade && protocol !== '' ? [...rest, ['Connection', 'Upgrade'], ['Upgrade', protocol]] : rest;
}

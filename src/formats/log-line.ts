/**
 * What a program says in one line of its log, for a person who waits for it: of a structured line, as authentik writes
 * them, the event alone. Nothing of a line about a request: those are our own questions whether it is up.
 */
export function saidIn(line: string): string | undefined {
  if (!line.startsWith('{')) return line;
  try {
    const { event } = JSON.parse(line) as { event?: unknown };
    return typeof event === 'string' && event.startsWith('/') ? undefined : String(event ?? line);
  } catch {
    return line;
  }
}

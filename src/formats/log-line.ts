/**
 * What a program says in one line of its log, for a person who waits for it: of a structured line, as authentik writes
 * them, what was raised, else the event. Nothing of a line about a request: those are our own questions whether it is up.
 */
export function saidIn(line: string): string | undefined {
  if (!line.startsWith('{')) return line;
  try {
    const { event, exception } = JSON.parse(line) as { event?: unknown; exception?: unknown };
    const raised = raisedIn(exception);
    if (raised !== undefined) return raised;
    return typeof event === 'string' && event.startsWith('/') ? undefined : String(event ?? line);
  } catch {
    return line;
  }
}

/** What a program said in many lines: of a Python traceback the last line alone, and nothing twice in a row. */
export function storyIn(lines: readonly string[]): string[] {
  const story: string[] = [];
  // The first lines may be the rest of one.
  let isFrame = true;
  for (const line of lines) {
    isFrame = line === tracebackBegins || (isFrame && /^\s|^$/.test(line));
    if (isFrame || betweenTracebacks.includes(line)) continue;
    const said = saidIn(line);
    if (said !== undefined && said.trim() !== '' && said !== story.at(-1)) story.push(said);
  }
  return story;
}

const tracebackBegins = 'Traceback (most recent call last):';
const betweenTracebacks = [
  'The above exception was the direct cause of the following exception:',
  'During handling of the above exception, another exception occurred:',
];

/** The exception that a structured line tells of: a list of them with their frames, the last one counts. */
function raisedIn(exception: unknown): string | undefined {
  if (typeof exception === 'string') return exception.trim().split('\n').at(-1);
  if (!Array.isArray(exception)) return undefined;
  const { exc_type: type, exc_value: value } = (exception.at(-1) ?? {}) as { exc_type?: unknown; exc_value?: unknown };
  return type === undefined ? undefined : `${type}: ${value}`;
}

/**
 * Aborted by the first Ctrl-C (or a polite kill): whoever works then stops at the next safe point. A second one ends
 * the process at once; the next run goes on either way.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
      process.stderr.write('\nStopping at the next safe point. Ctrl-C again stops at once.\n');
    });
  }
  return controller.signal;
}

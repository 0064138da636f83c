/**
 * A reader that has seen enough (`homeauth --help | head -1`, `homeauth doctor | grep -q`) is no error: what is still
 * written goes nowhere, and the exit code says how the command went, not who read it.
 */
export function bearClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}

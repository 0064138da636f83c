import { rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A socket before an engine's own, which writes down what passes. */
export interface Recorder {
  readonly host: string;
  /** Method and path of every request, in order. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** Passes requests on to the engine at `host`. It cannot pass on the two-way stream of an exec. */
export async function recorder(host: string): Promise<Recorder> {
  const path = join(tmpdir(), `recorder-${process.pid}-${Math.random().toString(36).slice(2)}.sock`);
  const requests: string[] = [];
  const server = createServer((incoming, outgoing) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    const { method, url, headers } = incoming;
    const options = { socketPath: host.replace('unix://', ''), method, path: url, headers };
    const onward = request(options, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    outgoing.on('close', () => onward.destroy());
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    host: `unix://${path}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(path, { force: true });
    },
  };
}

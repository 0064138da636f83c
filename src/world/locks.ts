import { createServer, connect as dial, type Server } from 'node:net';
import { Failure } from '../model/failure.ts';
import { isOutOfHandles, outOfHandles } from './out-of-handles.ts';
import type { Holder, Locks } from './world.ts';

/**
 * Locks as listening sockets in Linux' abstract namespace: taking one is atomic, the kernel lets go of it when the
 * process ends for whatever reason, a reboot leaves nothing behind, and whoever finds it taken can ask who has it.
 */
export const socketLocks: Locks = {
  async take(name, holder) {
    const address = `\0homeauth/${name}`;
    for (;;) {
      const server = createServer((socket) => socket.on('error', () => {}).end(JSON.stringify(holder)));
      if (await listen(server, address)) {
        server.unref();
        return { release: () => new Promise((done) => server.close(() => done())) };
      }
      const heldBy = await ask(address);
      if (heldBy) return { heldBy };
      // It was let go between the two steps: try again.
    }
  },
};

function listen(server: Server, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else
        reject(isOutOfHandles(error) ? new Failure(outOfHandles('The lock cannot be taken'), { cause: error }) : error);
    });
    server.listen(address, () => resolve(true));
  });
}

function ask(address: string): Promise<Holder | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const socket = dial(address);
    socket.setEncoding('utf8').setTimeout(2000, () => socket.destroy());
    socket.on('data', (part) => {
      text += part;
    });
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => {
      try {
        resolve(JSON.parse(text));
      } catch {
        resolve(undefined);
      }
    });
  });
}

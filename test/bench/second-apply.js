// A process that holds homeauth and nothing else: as it is built, without what the other programs here are made with.
import { readFileSync } from 'node:fs';
import { apply } from '../../dist/commands/apply.js';
import { wire } from '../../dist/main/wire.js';

const answers = new Map();
let count = 0;
process.on('message', ({ id, value, error }) => {
  const { resolve, reject } = answers.get(id);
  answers.delete(id);
  if (error === undefined) resolve(value);
  else reject(new Error(error));
});

const remote = (part) =>
  new Proxy(
    {},
    {
      get:
        (_, method) =>
        (...args) =>
          new Promise((resolve, reject) => {
            count += 1;
            answers.set(count, { resolve, reject });
            process.send({ id: count, part, method, args });
          }),
    },
  );

const real = wire({ yes: true, input: false });
// The answers come from elsewhere, but what asks an engine is loaded and held, as it is at home.
await real.world.docker.containers().catch(() => {});
const world = { ...real.world, files: remote('files'), docker: remote('docker'), zfs: remote('zfs') };
const code = await apply({}, { ...real, world, cwd: '/', env: {} });
if (code !== 0) process.exit(code);
// Of this program alone: getrusage would say how big the process was that it was forked from.
const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
process.send({ peak: (Number(peak) * 1024) / 1e6 }, () => process.disconnect());

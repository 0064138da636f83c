import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { dialler } from '../../../src/world/docker/dial.ts';

test('a socket loads dockerode without its SSH client and its gRPC', () => {
  dialler('/run/docker.sock');
  const loaded = Object.keys(createRequire(import.meta.url).cache).map((path) => path.split('/node_modules/').at(-1));
  expect(loaded).toContain('docker-modem/lib/modem.js');
  expect(loaded.filter((path) => /^(protobufjs|asn1|bcrypt-pbkdf|lodash\.camelcase|long)\//.test(path ?? ''))).toEqual(
    [],
  );
});

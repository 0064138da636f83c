#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`homeauth needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
  console.error('Debian 13, Proxmox 9 and Ubuntu 26.04 bring one; elsewhere: https://nodejs.org/en/download');
  process.exit(2);
}
// One CommonJS file until it is known what to do: the loader of ES modules costs more than all that it would load. No
// compile cache of Node's: as root it would lie in a /tmp that others can write to.
const { main } = require('../dist/start.cjs');
main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});

#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`homeauth needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
  console.error('Debian 13, Proxmox 9 and Ubuntu 26.04 bring one; elsewhere: https://nodejs.org/en/download');
  process.exit(2);
}
const { main } = await import('../dist/main.js');
process.exitCode = await main(process.argv.slice(2));

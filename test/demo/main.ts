import { parseArgs } from 'node:util';

/** npm run demo [-- --keep] [-- --docker] */
function wanted() {
  try {
    const flag = { type: 'boolean', default: false } as const;
    return parseArgs({ options: { keep: flag, docker: flag } }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\nnpm run demo, npm run demo -- --keep, npm run demo -- --docker`);
    return undefined;
  }
}

const given = wanted();
// Everything else takes a second or two to load: somebody is waiting.
if (given) console.log('A home server, from nothing to an app behind a login, in four commands.');
process.exit(given ? await (await import('./demo.ts')).demo(given) : 2);

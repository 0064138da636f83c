import { parseArgs } from 'node:util';
import { openPlace } from '../e2e/main-job/place.ts';
import { soak } from './docker/soak.ts';

// npm run soak [-- --minutes N]: ends with 1 where a kill was not survived.
const say = (line: string) => void process.stderr.write(`${line}\n`);
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, docker: { type: 'boolean', default: true } },
});
const place = await openPlace();
let ended: Awaited<ReturnType<typeof soak>>;
try {
  ended = await soak(place, Number(values.minutes), say);
} finally {
  await place.close();
}
process.stdout.write(`${ended.good} of ${ended.tried} killed at random moments came to the same end\n`);
process.exit(ended.tried > 0 && ended.good === ended.tried ? 0 : 1);

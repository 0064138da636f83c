import type { Runtime } from '../../src/installation/command-runtime.ts';
import { wire } from '../../src/main/wire.ts';
import { type ExitCode, exitCodes, Failure } from '../../src/model/failure.ts';
import { failure } from '../../src/report/failure.ts';
import { styleOf } from '../../src/report/style.ts';
import { dockerMachine } from './docker-machine.ts';
import { stay } from './keep.ts';
import { makePlace, type Place } from './place.ts';
import { homeauth } from './shell.ts';
import { standinMachine } from './standin-machine.ts';
import { Stopped, tell } from './story.ts';

export interface Wanted {
  readonly keep: boolean;
  readonly docker: boolean;
}

/** Tells the story, or says where it broke off, and leaves nothing behind. @returns the exit status */
export async function demo({ keep, docker }: Wanted): Promise<ExitCode> {
  const real = { ...wire({ yes: true }), env: {} };
  const domain = keep ? 'home.localhost' : 'home.example.com';
  const { terminal } = real;
  const began = performance.now();
  try {
    const ready = docker ? await dockerMachine(real, domain) : undefined;
    const place = await makePlace();
    process.chdir(place.root);
    const machine = ready ?? standinMachine(place, domain);
    try {
      await tell(machine, place, real);
      if (keep) await stay(machine, docker, real);
    } finally {
      if (docker) await takeBack(machine.domain, place, real);
      await machine.close();
    }
    const took = keep ? '' : `That took ${Math.round((performance.now() - began) / 1000)} s. `;
    terminal.data(`\n${took}${place.root} is removed.`);
    if (!keep) terminal.data(next);
    return exitCodes.fine;
  } catch (error) {
    terminal.live(undefined);
    if (error instanceof Failure) terminal.say(failure(error, styleOf(terminal.stderr)));
    else if (error instanceof Stopped) terminal.say(`\n${error.message} The demonstration ends here.`);
    else throw error;
    return error instanceof Failure ? error.exit : error.code;
  }
}

const next = `
Next:  npm run demo -- --keep    the same, and you log in with your browser
       README.md                 "On your server": set it up for real`;

/** Everything that was made on a real engine goes; where that fails, the directory stays, because it says what is left. */
async function takeBack(domain: string, place: Place, real: Runtime): Promise<void> {
  const { signal } = new AbortController();
  const runtime = { ...real, signal, pointer: place.pointer, cwd: place.root };
  if ((await real.world.files.stat(place.pointer)) === undefined) return;
  real.terminal.data('');
  const code = await homeauth(['uninstall', '--yes', '--confirm', domain], runtime);
  if (code === exitCodes.fine) return;
  place.keep();
  throw new Stopped(`Something is left of it. What was made is written down in ${place.baseDir}.`, code);
}

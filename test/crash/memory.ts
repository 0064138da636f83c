import { populated } from '../fakes/populated.ts';
import { apiFaults, meetApiFault } from './faults/api.ts';
import { diskFaultsEverywhere } from './faults/disk/everywhere.ts';
import { type Death, deaths, meetDeath } from './faults/dying.ts';
import { errands } from './faults/fault.ts';
import { machineMeetings, meetMachineFault } from './faults/machine.ts';
import { rivalled } from './faults/rivalled.ts';
import { meetRival, rivalries } from './faults/rivals.ts';
import { meetTokenEnd, type TokenEnd, tokenEnds } from './faults/token.ts';
import { garblings, meetGarbling } from './fuzz/answers.ts';
import { accidents, meetAccident } from './fuzz/files.ts';
import { cutAndGoOn, undisturbed } from './points/cut.ts';
import { setStage } from './points/scenes.ts';
import { type Batch, shareOf, sum, type Tally, tallied } from './trials.ts';

/** Every point of every command, on machines in this process. */
export async function cutEverywhere(): Promise<Tally> {
  const stage = setStage();
  try {
    const tallies: Tally[] = [];
    for (const scene of stage.scenes) {
      const whole = await undisturbed(scene);
      tallies.push(await tallied(scene.name, whole.points, (point) => cutAndGoOn(scene, whole, point)));
    }
    return sum(tallies);
  } finally {
    await stage.close();
  }
}

/**
 * Every fault of authentik, of files, of Docker and of Caddy, at every call that it can meet; of disks, real ones. Or a
 * share of them.
 */
export async function faultEverywhere(batch: Batch, seed: number): Promise<Tally> {
  const ofDisks = diskFaultsEverywhere(batch);
  const { all, close } = await errands();
  try {
    const tallies: Tally[] = [];
    for (const errand of all) {
      const api = await apiFaults(errand);
      tallies.push(
        await tallied(`${errand.name}, authentik`, shareOf(api.all, batch), (fault) =>
          meetApiFault(errand, api.state, fault),
        ),
      );
      const machine = await machineMeetings(errand);
      const meet = (fault: (typeof machine.all)[number]) => meetMachineFault(errand, machine.state, fault);
      tallies.push(await tallied(`${errand.name}, files and Docker`, shareOf(machine.all, batch), meet));
      const token = await tokenEnds(errand);
      const end = (one: TokenEnd) => meetTokenEnd(errand, token.state, one);
      tallies.push(await tallied(`${errand.name}, the token ends`, shareOf(token.all, batch), end));
      const dying = await deaths(errand);
      const die = (death: Death) => meetDeath(errand, dying.state, death);
      tallies.push(await tallied(`${errand.name}, containers that die`, shareOf(dying.all, batch), die));
    }
    return sum([...tallies, await rivalEverywhere(batch), await fuzz(batch, seed), await ofDisks]);
  } finally {
    await close();
  }
}

/** Somebody else at work in authentik, between each look and its touch. */
async function rivalEverywhere(batch: Batch): Promise<Tally> {
  const base = await rivalled();
  try {
    const all = shareOf(await rivalries(base), batch);
    return await tallied('apply beside somebody else', all, (rivalry) => meetRival(base, rivalry));
  } finally {
    await base.close();
  }
}

/** How many accidents of a file, and of an answer, are drawn. */
const rounds = 400;

/** Files and answers as nobody should send them. */
async function fuzz(batch: Batch, seed: number): Promise<Tally> {
  const base = await populated();
  try {
    const files = shareOf(accidents(rounds, seed), batch);
    const answers = shareOf(garblings(rounds, seed), batch);
    return sum([
      await tallied('damaged files', files, (accident) => meetAccident(base, accident)),
      await tallied('garbled answers', answers, (garbling) => meetGarbling(base, garbling)),
    ]);
  } finally {
    await base.close();
  }
}

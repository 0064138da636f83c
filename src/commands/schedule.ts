import type { ScheduleFlags } from '../cli/maintenance.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import type { Installation } from '../installation/installation.ts';
import { hold } from '../installation/lock.ts';
import { assertChosen, assertProgram } from '../installation/trust.ts';
import { cronLine, hasSystemd, schedule as install, jobsFor, unitsOf, unschedule } from '../lifecycle/schedule.ts';
import { type ExitCode, Failure } from '../model/failure.ts';
import { prose } from '../report/layout.ts';
import { begin } from './screen.ts';

/** `homeauth schedule`: copies, drills and doctor by themselves. */
export async function schedule(flags: ScheduleFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('schedule', flags, runtime);
  const { world } = installation;
  if (flags.off) {
    const gone = await hold(installation, 'schedule', () => unschedule(world));
    const words = gone.length > 0 ? `Not scheduled any more: ${gone.join(', ')}.` : 'Nothing was scheduled.';
    return screen.result(screen.paper.text(words), { scheduled: [], removed: gone });
  }
  assertUnattended(installation);
  await assertProgram(world);
  if (flags.identity !== undefined) await assertChosen(flags.identity, runtime);
  const jobs = jobsFor(installation, flags.identity);
  const names = jobs.map(({ name }) => name);
  const { program } = world.host;
  const without = names.includes('drill') ? [] : [noDrill];
  if (!(await hasSystemd(world))) {
    const lines = jobs.map((job) => cronLine(job, program));
    const told = prose(
      ["There is no systemd here. Put these lines into root's crontab:  crontab -e", ...without],
      screen.style,
    );
    screen.say(told);
    return screen.result(lines.join('\n'), { scheduled: [], cron: lines });
  }
  const units = Object.assign({}, ...jobs.map((job) => unitsOf(job, program))) as Record<string, string>;
  if (flags.dryRun) {
    const words = Object.entries(units).map(([path, text]) => `${path}\n${text}`);
    return screen.result(words.join('\n'), { units });
  }
  await hold(installation, 'schedule', () => install(installation, jobs));
  const words = [`Scheduled: ${names.join(', ')}. When each is due: systemctl list-timers 'homeauth-*'`, ...without];
  return screen.result(prose(words, screen.paper), { scheduled: names, units: Object.keys(units) });
}

const noDrill =
  'No drill: copies are encrypted, and their key is not on this server, as it should be. Drill one by hand now and then (homeauth backup drill --identity FILE), or have it done with a key that stays here: homeauth schedule --identity FILE';

/** Nobody is there at night to say that a copy may be plain. @throws Failure backup-plain */
function assertUnattended({ config: { backup } }: Installation): void {
  if (backup.recipients || backup.plain || backup.to.startsWith('restic:')) return;
  throw new Failure({
    code: 'backup-plain',
    problem: 'homeauth.yaml does not say for whom copies are encrypted, and at night nobody can be asked.',
    fix: [
      'Make a key on another machine (apt install age; age-keygen -o key.txt), and write its public key into homeauth.yaml:',
      '  backup: { recipients: [age1…] }',
      'or, without encryption:',
      '  backup: { plain: true }',
      'Then: homeauth schedule',
    ],
  });
}

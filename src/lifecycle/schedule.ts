import type { Installation } from '../installation/installation.ts';
import { exitCodes, Failure } from '../model/failure.ts';
import type { World } from '../world/world.ts';

/** What is run by itself: when, in the words of systemd and of cron, and with which arguments. */
interface Job {
  readonly name: 'backup' | 'doctor' | 'drill';
  readonly about: string;
  readonly calendar: string;
  readonly cron: string;
  readonly args: readonly string[];
}

/** Nobody else's unit begins so. */
const mark = '# Made by homeauth schedule, which also removes it: homeauth schedule --off';
const folder = '/etc/systemd/system';
const all = ['backup', 'doctor', 'drill'] as const;

/** `identity`: what opens an encrypted copy, for the drill; without it only plain copies are drilled. */
export function jobsFor({ config, source }: Installation, identity: string | undefined): readonly Job[] {
  const place = ['--config', source, '--no-input'];
  const canDrill = identity !== undefined || !config.backup.recipients || config.backup.to.startsWith('restic:');
  return [
    {
      name: 'backup',
      about: 'homeauth: a copy every night',
      calendar: '*-*-* 03:17:00',
      cron: '17 3 * * *',
      args: ['backup', ...place, '--scheduled', '--wait', '60'],
    },
    {
      name: 'doctor',
      about: 'homeauth: look for problems every day',
      calendar: '*-*-* 07:03:00',
      cron: '3 7 * * *',
      args: ['doctor', ...place, '--scheduled'],
    },
    ...(canDrill
      ? [
          {
            name: 'drill' as const,
            about: 'homeauth: restore a copy for a trial every month',
            calendar: '*-*-01 04:31:00',
            cron: '31 4 1 * *',
            args: [
              'backup',
              'drill',
              ...place,
              '--scheduled',
              '--wait',
              '60',
              ...(identity === undefined ? [] : ['--identity', identity]),
            ],
          },
        ]
      : []),
  ];
}

/** The units of a job by their paths. */
export function unitsOf(
  { name, about, calendar, args }: Job,
  program: readonly string[],
): Readonly<Record<string, string>> {
  const command = [...program, ...args].map(
    (word) => `"${word.replace(/["\\]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`,
  );
  const service = [
    ...[
      mark,
      '[Unit]',
      `Description=${about}`,
      'After=docker.service network-online.target',
      'Wants=network-online.target',
    ],
    ...['', '[Service]', 'Type=oneshot', `ExecStart=${command.join(' ')}`, 'Nice=10', 'IOSchedulingClass=idle'],
  ];
  const timer = [
    ...[mark, '[Unit]', `Description=${about}`],
    // One that was missed, because the server was off, is made up for.
    ...['', '[Timer]', `OnCalendar=${calendar}`, 'RandomizedDelaySec=10min', 'Persistent=true'],
    ...['', '[Install]', 'WantedBy=timers.target'],
  ];
  const path = `${folder}/homeauth-${name}`;
  return { [`${path}.service`]: `${service.join('\n')}\n`, [`${path}.timer`]: `${timer.join('\n')}\n` };
}

/** A line for root's crontab. */
export const cronLine = ({ cron, args }: Job, program: readonly string[]): string =>
  `${cron}  ${[...program, ...args].map((word) => (/^[\w@/.:=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''").replaceAll('%', '\\%')}'`)).join(' ')}`;

/** Whether systemd starts what runs on this server. */
export const hasSystemd = async ({ files }: Pick<World, 'files'>): Promise<boolean> =>
  (await files.stat('/run/systemd/system')) !== undefined;

/** Writes the units, and has systemd start their timers; those of before that are no more wanted go. */
export async function schedule({ world }: Installation, jobs: readonly Job[]): Promise<void> {
  const units = jobs.map((job) => unitsOf(job, world.host.program));
  for (const [path] of units.flatMap((one) => Object.entries(one))) await assertOurs(path, world);
  await unschedule(world);
  for (const [path, text] of units.flatMap((one) => Object.entries(one))) await world.files.write(path, text, 0o644);
  await systemctl(world, 'daemon-reload');
  await systemctl(world, 'enable', '--now', ...jobs.map(({ name }) => `homeauth-${name}.timer`));
}

/** @returns the names of what was scheduled, and is not any more */
export async function unschedule(world: Pick<World, 'files' | 'host'>): Promise<readonly string[]> {
  const there: string[] = [];
  for (const name of all) {
    const isOurs = async (unit: string) => (await world.files.read(`${folder}/${unit}`))?.startsWith(mark) ?? false;
    const [service, timer] = [`homeauth-${name}.service`, `homeauth-${name}.timer`];
    const ours = { service: await isOurs(service), timer: await isOurs(timer) };
    if (!ours.service && !ours.timer) continue;
    there.push(name);
    // systemd refuses to disable what is not there: a run that was cut off may have left a service alone.
    if (ours.timer && (await hasSystemd(world))) await systemctl(world, 'disable', '--now', timer);
    if (ours.service) await world.files.remove(`${folder}/${service}`);
    if (ours.timer) await world.files.remove(`${folder}/${timer}`);
  }
  if (there.length > 0 && (await hasSystemd(world))) await systemctl(world, 'daemon-reload');
  return there;
}

async function assertOurs(path: string, { files }: World): Promise<void> {
  const text = await files.read(path);
  if (text === undefined || text.startsWith(mark)) return;
  throw new Failure({
    code: 'unit-taken',
    problem: `There is a unit ${path} that homeauth did not make.`,
    why: 'It stays as it is. Nothing was changed.',
    fix: `Give it another name:  mv ${path} ${path.replace('homeauth-', 'my-homeauth-')}   then run the command again.`,
  });
}

async function systemctl({ host }: Pick<World, 'host'>, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await host.systemctl(args);
  if (code === 0) return;
  throw new Failure({
    code: 'systemd-failed',
    problem: `systemctl ${args.join(' ')} ended with status ${code}.`,
    ...(stderr.trim() && { details: stderr.trim() }),
    fix: 'Correct what systemctl names, then run the command again.',
    exit: exitCodes.halfway,
  });
}

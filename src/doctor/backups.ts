import { nameOf, placeOf } from '../installation/backup-place.ts';
import { copiesIn, isDrillLeft, lastDrill } from '../installation/backups.ts';
import type { Installation } from '../installation/installation.ts';
import { unfinished, upgrading } from '../installation/upgrading.ts';
import { type About, type Finding, ok, skip, wrong } from '../model/finding.ts';
import type { Filesystem } from '../world/world.ts';

const day = 86_400_000;
/** How much of a home's life may be without a copy, in days. */
const limit = 7;
/** How long a drill is good for, in days. */
const drillLimit = 90;

/** Is there a copy of what was changed up to a week ago, and does it lie somewhere else? */
export async function copiesCheck(installation: Installation, about: About): Promise<Finding[]> {
  const { world, layout } = installation;
  const place = await placeOf(undefined, undefined, installation);
  const [newest] = await copiesIn(place, installation);
  if (!newest) return [await withoutCopy(installation, about)];
  const age = Math.floor((Date.now() - Date.parse(newest.manifest.made)) / day);
  const title = `the newest copy is ${age === 0 ? 'from today' : `${age} days old`} (${newest.path})`;
  const fresh =
    age <= limit
      ? ok({ ...about, title })
      : wrong({ id: 'backup-old', title }, 'warn', {
          problem: `The newest copy is ${age} days old: ${newest.path}`,
          why: 'If the disk fails, what was changed since is lost: people, passwords, second factors.',
          fix: 'homeauth backup',
        });
  const elsewhere = { id: 'backup-same-disk', title: 'the copies are on another disk' };
  const drilled = await drillCheck(installation);
  const path = typeof place === 'string' ? place : place.address;
  // A repository on another machine is on another disk.
  if (!path?.startsWith('/')) return [fresh, ok(elsewhere), ...drilled];
  const [here, there] = await Promise.all([layout.root, path].map((one) => world.files.filesystem(one)));
  if (!here || !there || diskOf(here) !== diskOf(there)) return [fresh, ok(elsewhere), ...drilled];
  const problem = `The copies in ${nameOf(place)} are on the same disk as the data.`;
  const why = 'If that disk fails, both are lost.';
  const fix = ['Name a directory on another disk in homeauth.yaml:', 'backup:', '  to: /mnt/DISK/homeauth'];
  return [fresh, wrong(elsewhere, 'warn', { problem, why, fix }), ...drilled];
}

/** Was a copy restored for a trial lately, did people get in, and is all of it gone? */
async function drillCheck(installation: Installation): Promise<Finding[]> {
  const last = await lastDrill(installation);
  const why =
    'Only a restore shows that a copy is good. A drill restores one into containers of its own, and removes them.';
  const fix = 'homeauth backup drill';
  const title = 'a copy was restored for a trial';
  const left = (await isDrillLeft(installation))
    ? [
        wrong({ id: 'drill-left', title: 'no drill left anything behind' }, 'warn', {
          problem: 'A drill of a copy was cut off, or is running now.',
          why: 'Its containers take memory and disk space.',
          fix: 'homeauth apply   removes what it left',
        }),
      ]
    : [];
  if (!last)
    return [
      wrong({ id: 'drill-due', title }, 'warn', { problem: 'No copy was ever restored for a trial.', why, fix }),
      ...left,
    ];
  const age = Math.floor((Date.now() - Date.parse(last.made)) / day);
  if (last.failed !== undefined) {
    const problem = `The last drill, of the copy ${last.copy}, failed: ${last.failed}`;
    return [wrong({ id: 'drill-failed', title }, 'warn', { problem, why, fix }), ...left];
  }
  if (age > drillLimit) {
    const problem = `The last drill of a copy was ${age} days ago.`;
    return [wrong({ id: 'drill-due', title }, 'warn', { problem, why, fix }), ...left];
  }
  return [ok({ id: 'drill-due', title: `${title} ${age === 0 ? 'today' : `${age} days ago`}` }), ...left];
}

/** One that was set up this week has had no time for it. */
async function withoutCopy({ world }: Installation, about: About): Promise<Finding> {
  const reach = await world.authentik.reach();
  if (reach.is !== 'ready') return skip(about, reach.because);
  const joined = (await world.authentik.list('core/users', 'known')).map((user) => Date.parse(user.date_joined));
  const age = Math.floor((Date.now() - Math.min(...joined)) / day);
  if (!(age > limit)) return ok({ ...about, title: 'no backup is due yet: this installation is new' });
  return wrong(about, 'warn', {
    problem: 'There is no backup.',
    why: `This installation is ${age} days old. If the disk fails, all people, passwords and second factors are lost.`,
    fix: 'homeauth backup',
  });
}

/** Datasets of one pool lie on the same disks. */
const diskOf = ({ type, source }: Filesystem): string => (type === 'zfs' ? (source.split('/', 1)[0] ?? '') : source);

/** What a restore puts aside; a former database, as people and upgrades put one aside. */
const aside = /^(before-restore-|db[.-])/;

/** How long what was put aside is left without a word, in ms. */
const patience = 14 * day;

/** Does what a restore or an upgrade put aside still take space? */
export async function leftoversCheck({ world, layout }: Installation, about: About, now: number): Promise<Finding[]> {
  const { files } = world;
  const here = ((await files.list(layout.root)) ?? []).filter((name) => aside.test(name));
  const upgrades = ((await files.list(layout.upgrades)) ?? []).map(
    (name) => `${layout.upgrades.slice(layout.root.length + 1)}/${name}`,
  );
  const names = [...here, ...upgrades.filter((name) => madeAt(name) > 0)];
  const old = names.filter((name) => now - madeAt(name) > patience);
  if (old.length === 0) return [ok(about)];
  const sizes = await Promise.all(
    old.map(async (name) => `${name} (${((await weigh(`${layout.root}/${name}`)) / 1e6).toFixed(1)} MB)`),
  );
  return [
    wrong(about, 'warn', {
      problem: `What was put aside still takes space: ${sizes.join(', ')}`,
      why: 'It holds the former files, secrets or people.',
      fix: `When nothing is missing:  rm -r ${old.map((name) => `${layout.root}/${name}`).join(' ')}`,
    }),
  ];

  async function weigh(path: string): Promise<number> {
    const stat = await files.stat(path);
    if (stat?.type !== 'directory') return stat?.size ?? 0;
    let sum = 0;
    for (const name of (await files.list(path)) ?? []) sum += await weigh(`${path}/${name}`);
    return sum;
  }
}

/** Is an upgrade half-way, which `homeauth upgrade` brings to its end, and did one fail? */
export async function upgradeCheck(installation: Installation, about: About): Promise<Finding[]> {
  const journal = await upgrading(installation);
  return [journal ? wrong(about, 'fail', unfinished(journal)) : ok(about), ...(await failedUpgrades(installation))];
}

async function failedUpgrades({ world, layout }: Installation): Promise<Finding[]> {
  const names = (await world.files.list(layout.upgrades)) ?? [];
  return names.flatMap((name) => {
    const [, to] = /^failed-(.+)\.log$/.exec(name) ?? [];
    if (to === undefined) return [];
    const path = `${layout.upgrades}/${name}`;
    return [
      wrong({ id: 'upgrade-log', title: 'no upgrade failed' }, 'warn', {
        problem: `An upgrade to ${to} failed, and was taken back.`,
        why: `What the containers wrote then is in ${path}`,
        fix: `See why in it, then try again: homeauth upgrade. If you do not need it any more:  rm ${path}`,
      }),
    ];
  });
}

/** `before-restore-2026-11-29T160500Z`; what has no time in its name is old. */
function madeAt(name: string): number {
  const [, day, hour, minute, second] = /(\d{4}-\d{2}-\d{2})T(\d{2})(\d{2})(\d{2})Z/.exec(name) ?? [];
  return day === undefined ? 0 : Date.parse(`${day}T${hour}:${minute}:${second}Z`);
}

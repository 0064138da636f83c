import type { Check } from '../verify/check.ts';
import { blueprintsCheck, outpostsCheck } from './authentik.ts';
import { copiesCheck, leftoversCheck, upgradeCheck } from './backups.ts';
import { databaseAgeCheck } from './database.ts';
import { imagesCheck } from './images.ts';

const doctor = ['doctor'] as const;

/** What goes wrong with the years, while everything works. */
export const years: readonly Check[] = [
  {
    id: 'upgrade-unfinished',
    title: 'no upgrade was interrupted',
    needs: 'nothing',
    by: doctor,
    run: upgradeCheck,
  },
  {
    id: 'outpost-outdated',
    title: "outposts are of authentik's release",
    needs: 'docker',
    by: doctor,
    run: ({ world }, about) => outpostsCheck(world, about),
  },
  {
    id: 'blueprint-error',
    title: 'all blueprints were applied',
    needs: 'docker',
    by: doctor,
    run: ({ world }, about) => blueprintsCheck(world, about),
  },
  {
    id: 'postgres-unsupported',
    title: 'PostgreSQL gets security fixes',
    needs: 'docker',
    by: doctor,
    finds: ['tasks-large'],
    run: ({ world }, about) => databaseAgeCheck(world, about, Date.now()),
  },
  {
    id: 'updater',
    title: 'nothing else updates authentik',
    needs: 'docker',
    by: doctor,
    finds: ['image-latest'],
    run: imagesCheck,
  },
  {
    id: 'restore-left',
    title: 'nothing is left of a restore or an upgrade',
    needs: 'nothing',
    by: doctor,
    run: (installation, about) => leftoversCheck(installation, about, Date.now()),
  },
  {
    id: 'backup-missing',
    title: 'there is a backup',
    needs: 'docker',
    by: doctor,
    finds: [
      ...['backup-old', 'backup-same-disk', 'drill-due', 'drill-failed', 'drill-left'],
      ...['rotate-refused', 'rotate-open'],
      ...['drill-copy', 'drill-database', 'drill-server', 'drill-token', 'drill-counts', 'drill-login'],
    ],
    run: copiesCheck,
  },
];

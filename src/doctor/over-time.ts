import type { Check } from '../verify/check.ts';
import { blueprintsCheck, outpostsCheck } from './authentik.ts';
import { copiesCheck, leftoversCheck, upgradeCheck } from './backups.ts';
import { authentikCertificates, servedCertificates } from './certificates.ts';
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
    finds: ['upgrade-log'],
    run: upgradeCheck,
  },
  {
    id: 'outpost-outdated',
    title: "outposts are of authentik's release",
    needs: 'docker',
    by: doctor,
    run: outpostsCheck,
  },
  { id: 'blueprint-error', title: 'all blueprints were applied', needs: 'docker', by: doctor, run: blueprintsCheck },
  {
    id: 'postgres-unsupported',
    title: 'PostgreSQL gets security fixes',
    needs: 'docker',
    by: doctor,
    finds: ['tasks-large', 'history-differs'],
    run: ({ world, config }, about) => databaseAgeCheck(world, config, about, Date.now()),
  },
  {
    id: 'certificate-ending',
    title: 'certificates are renewed in time',
    needs: 'entrance',
    by: doctor,
    run: ({ scene }, about) => servedCertificates(scene, about, Date.now()),
  },
  {
    id: 'signing-certificate',
    title: "authentik's own certificates are valid for long",
    needs: 'docker',
    by: doctor,
    run: ({ world }, about) => authentikCertificates(world, about, Date.now()),
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
    title: 'no folder is left over',
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

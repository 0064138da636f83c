import type { Issue } from '../model/failure.ts';

type Verb = 'list' | 'create' | 'destroy' | 'snapshot';

/** What ZFS prints (in C's locale, on 2.1 and 2.3) and what it means for the person in front of it. */
const known: readonly { says: RegExp; text(name: string): Omit<Issue, 'problem' | 'because'> & { says: string } }[] = [
  {
    says: /key is not loaded/,
    text: (name) => ({
      code: 'dataset-locked',
      says: 'the dataset above it is locked',
      fix: `Unlock it:  zfs load-key "$(zfs get -Ho value encryptionroot ${parent(name)})" && zfs mount -a`,
    }),
  },
  {
    says: /but not mounted|^cannot mount/m,
    text: (name) => ({
      code: 'dataset-not-mounted',
      says: 'it was made, but could not be mounted',
      why: 'What is written to its folder now would land in the dataset above and be hidden later.',
      fix: `See why, put that right, and run the command again:  zfs get mountpoint,canmount ${name}; zfs mount ${name}`,
    }),
  },
  {
    says: /already exists/,
    text: (name) => ({
      code: 'dataset-exists',
      says: 'a dataset of that name appeared a moment ago',
      fix: `Look at it, then run the command again:  zfs list ${name}`,
    }),
  },
  {
    says: /no such pool/,
    text: (name) => ({
      code: 'no-pool',
      says: `the pool ${name.split('/')[0]} is not imported`,
      fix: `Import it:  zpool import ${name.split('/')[0]}`,
    }),
  },
  {
    says: /parent does not exist/,
    text: (name) => ({
      code: 'no-parent-dataset',
      says: `${parent(name)} does not exist`,
      fix: `Make it, then run the command again:  zfs create -p ${parent(name)}`,
    }),
  },
  {
    says: /invalid character/,
    text: () => ({
      code: 'dataset-name',
      says: 'ZFS does not allow a character in that name',
      fix: 'Use letters, digits, "-", "_", "." and ":", or set zfs-dataset: false in homeauth.yaml.',
    }),
  },
  {
    says: /permission denied/i,
    text: () => ({
      code: 'permission',
      says: 'ZFS lets only root do that',
      fix: 'Run the same command as root, with sudo in front of it.',
    }),
  },
  {
    says: /has children/,
    text: (name) => ({
      code: 'dataset-has-children',
      says: 'there are snapshots or datasets below it',
      why: 'They may be your only backup, so homeauth does not remove them.',
      fix: `Look at them, and remove all of it yourself:  zfs list -r -t all ${name}; zfs destroy -r ${name}`,
    }),
  },
  {
    says: /busy/,
    text: (name) => ({
      code: 'dataset-busy',
      says: 'something still uses it',
      fix: `See what, and end it:  fuser -vm "$(zfs get -Ho value mountpoint ${name})"`,
    }),
  },
];

const verbs: Readonly<Record<Verb, string>> = {
  list: 'read',
  create: 'made',
  destroy: 'removed',
  snapshot: 'made',
};
const parent = (name: string): string => name.slice(0, name.lastIndexOf('/'));

/** Words for a `zfs` command that failed. */
export function explainZfs(verb: Verb, name: string, stderr: string): Issue {
  const subject =
    verb === 'list' ? 'The list of ZFS datasets' : `The ${name.includes('@') ? 'snapshot' : 'dataset'} ${name}`;
  const match = known.find(({ says }) => says.test(stderr))?.text(name);
  if (!match) {
    return {
      code: 'zfs-failed',
      problem: `${subject} could not be ${verbs[verb]}.`,
      details: stderr,
      fix: `See what ZFS says:  zpool status -v; zfs list -r ${verb === 'list' ? '' : parent(name)}`.trimEnd(),
    };
  }
  const { says, ...text } = match;
  const undone = text.code === 'dataset-not-mounted' ? 'is not usable' : `could not be ${verbs[verb]}`;
  return { ...text, problem: `${subject} ${undone}: ${says}.` };
}

import type { Issue } from '../model/failure.ts';

/** How a `restic` command ended. */
interface Ended {
  readonly exitCode: number | undefined;
  /** Why it could not be started. */
  readonly code: string | undefined;
  /** It was ended, because no answer came. */
  readonly timedOut?: boolean;
  readonly stderr: string;
}

const unreachable = {
  code: 'restic-unreachable',
  problem: 'The server of the repository does not answer.',
  fix: 'See whether this server reaches it, and whether the address behind restic: is right; then run the command again.',
};

const full = /no space left on device|507 Insufficient Storage|disk quota exceeded/i;
/** What is read from a repository comes to this server's disk. */
const fullHere = {
  code: 'disk-full',
  problem: 'The disk of this server has no space for the files of the copy.',
  why: 'They come from the repository to the base directory before they are used. What came of them was removed.',
  fix: 'Free some space, then run the command again. How much is used:  df -h',
};

/** What restic prints (seen of 0.14) and what it means for the person in front of it. */
const known: readonly { says: RegExp; issue: Omit<Issue, 'because'> }[] = [
  {
    says: /already locked/,
    issue: {
      code: 'restic-locked',
      problem: 'The repository is locked: another restic uses it, or one was cut off.',
      why: 'Copies are added, read and removed only while nobody else removes something.',
      fix: 'Wait until the other one has ended. Where none runs, on no machine:  restic unlock   removes what was left',
    },
  },
  {
    says: /wrong password or no key found/,
    issue: {
      code: 'restic-password',
      problem: 'The password does not open the repository.',
      fix: 'Correct RESTIC_PASSWORD or RESTIC_PASSWORD_FILE in the file behind backup.restic-env, or --restic-env.',
    },
  },
  {
    says: /an empty password is not a password|Resolving password failed/,
    issue: {
      code: 'restic-password',
      problem: 'There is no password for the repository.',
      why: 'restic finds none in its environment, or the file that it names is not there.',
      fix: 'Write RESTIC_PASSWORD_FILE=/root/restic-password into a file that only root reads, and name it: --restic-env FILE, or backup.restic-env in homeauth.yaml.',
    },
  },
  {
    says: /unsupported repository version|unknown (flag|shorthand)/,
    issue: {
      code: 'restic-old',
      problem: 'This restic is too old for the repository.',
      why: 'A newer restic made the repository, or changed it.',
      fix: 'Install a newer one, 0.14 or later:  restic self-update   (see what is there:  restic version)',
    },
  },
  {
    says: full,
    issue: {
      code: 'restic-full',
      problem: 'The disk of the repository is full.',
      why: 'The copies that are there already are whole. This one was not added.',
      fix: 'Make room there, or remove older copies:  homeauth backup prune --keep 7d,4w,6m',
    },
  },
  {
    says: /dial tcp|no such host|connection (refused|reset)|i\/o timeout|network is unreachable|TLS handshake|ssh: (connect|Could not)/,
    issue: unreachable,
  },
  {
    says: /\((401|403)\)|40[13] (Unauthorized|Forbidden)|Access ?Denied|permission denied/i,
    issue: {
      code: 'restic-refused',
      problem: 'The server of the repository refuses to do that.',
      why: 'The login for it is wrong, or it lets nobody remove anything (append-only).',
      fix: 'Correct the login in the file behind backup.restic-env. Where nothing may be removed from here, leave out backup.keep and --keep, and prune where the repository is.',
    },
  },
  {
    says: /Is there a repository at the following location/,
    issue: {
      code: 'restic-no-repository',
      problem: 'There is no repository yet at that address.',
      why: 'The address may be mistyped, or its disk is not mounted. homeauth makes one only where you say so.',
      fix: 'To make it:  homeauth backup --to restic:ADDRESS --init',
    },
  },
  {
    says: /ciphertext verification failed|hash does not match|does not match( id)?|invalid data returned/,
    issue: {
      code: 'restic-damaged',
      problem: 'The repository is damaged: what restic reads is not what was written.',
      fix: 'See how much of it:  restic check --read-data   and take another copy: homeauth backup list',
    },
  },
];

const issueIn = (stderr: string) => known.find(({ says }) => says.test(stderr))?.issue;

/** Words for a `restic` command that failed. */
export function explainRestic(verb: string, { exitCode, code, timedOut, stderr }: Ended): Issue {
  if (code === 'ENOENT') {
    return {
      code: 'restic-missing',
      problem: 'There is no program restic on this server.',
      why: 'Copies behind restic: are made and read with it.',
      fix: 'Install it:  apt install restic   (dnf install restic, pacman -S restic, apk add restic)',
    };
  }
  const details = stderr.trim().split('\n').slice(-6).join('\n');
  const issue = timedOut ? unreachable : verb === 'restore' && full.test(stderr) ? fullHere : issueIn(stderr);
  if (issue) return { ...issue, ...(details && { details }) };
  return {
    code: 'restic-failed',
    problem: `restic ${verb} ended with status ${exitCode ?? 'unknown'}.`,
    ...(details && { details }),
    fix: 'Correct what restic names, then run the command again.',
  };
}

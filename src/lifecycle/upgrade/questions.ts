import { isSpeaker } from '../../config/oidc.ts';
import type { Installation } from '../../installation/installation.ts';
import { askDatabase } from '../../kinds/role.ts';
import type { Issue } from '../../model/failure.ts';
import type { Ask } from '../../model/release-ladder.ts';
import type { Shown } from '../../model/shown.ts';

/** What a step means here. */
export interface Effect {
  readonly code: string;
  readonly says: Shown;
}

export interface Answer {
  readonly effects?: readonly Effect[];
  /** Why the step cannot be made. */
  readonly stops?: readonly Issue[];
}

type Question = (installation: Installation) => Promise<Answer>;

const effect = (code: string, says: Shown): Answer => ({ effects: [{ code, says }] });
const none: Answer = {};

/** What each line makes worth asking, of the database and the files. */
export const questions: Readonly<Record<Ask, Question>> = {
  rights: (installation) =>
    told(installation, "select has_database_privilege('authentik', 'authentik', 'CREATE')", (may) =>
      may === 't'
        ? none
        : stop({
            code: 'database-rights',
            problem: 'The account authentik cannot create schemas in its database.',
            why: 'authentik 2024.2 creates one.',
            fix: `docker exec authentik-postgresql psql -U postgres -c 'grant create on database authentik to authentik'`,
          }),
    ),

  async 'media-owner'({ world, era, layout }) {
    const path = `${layout.root}/${era.storage.folder}`;
    const stat = await world.files.stat(path);
    if (!stat || stat.owner.uid === 1000)
      return effect('files-move', `authentik moves uploaded files from ${path} to ${path}/public`);
    return stop({
      code: 'media-owner',
      problem: `${path} belongs to account ${stat.owner.uid}, and authentik runs as 1000.`,
      why: 'authentik 2024.2 moves uploaded files there, and does not start when it cannot.',
      fix: `chown -R 1000:1000 ${path}`,
    });
  },

  sessions: async () => effect('logged-out', 'everybody has to log in again'),

  async 'sessions-in-redis'({ world }) {
    if ((await world.docker.container('authentik-redis'))?.running) return none;
    return effect('logged-out', 'everybody has to log in again: authentik-redis, which has the sessions, does not run');
  },

  'external-users': (installation) =>
    told(installation, "select count(*) from authentik_core_user where type = 'external'", (count) =>
      count === '0'
        ? none
        : effect(
            'external-users',
            `${count} external ${count === '1' ? 'user' : 'users'} can no longer open the start page`,
          ),
    ),

  async templates({ world, layout }) {
    const own = (await world.files.list(layout.templates)) ?? [];
    if (own.length === 0) return none;
    return effect('templates', `look at your templates afterwards: ${own.join(', ')} in ${layout.templates}`);
  },

  encoding: (installation) =>
    told(
      installation,
      "select pg_encoding_to_char(encoding) from pg_database where datname = 'authentik'",
      (encoding) =>
        encoding === 'UTF8'
          ? none
          : stop({
              code: 'database-encoding',
              problem: `The database has the encoding ${encoding}.`,
              why: 'authentik 2025.8 and later start with UTF8 only.',
              fix: 'Make a copy (homeauth backup), and restore it on a new server: a new database has UTF8.',
            }),
    ),

  queue: async () => effect('queue-lost', 'mails that wait at that moment are not sent'),

  async 'email-verified'({ config }) {
    const names = config.apps.filter(isSpeaker).map(({ name }) => name);
    if (names.length === 0) return none;
    return effect('email-verified', `apps are told email_verified: false; try the login of ${names.join(', ')}`);
  },

  'group-names': (installation) =>
    told(
      installation,
      "select coalesce(json_agg(name), '[]') from (select name from authentik_core_group group by name having count(*) > 1) as twice",
      (found) => {
        const names = JSON.parse(found) as string[];
        if (names.length === 0) return none;
        return stop({
          code: 'group-names',
          problem: `More than one group is called ${names.join(', ')}.`,
          why: 'authentik 2025.12 and later do not start with two groups of one name.',
          fix: 'Rename or remove one of them in authentik, under Directory > Groups.',
        });
      },
    ),
};

const stop = (issue: Issue): Answer => ({ stops: [issue] });

/** Asks the database of authentik. */
export async function told(
  { world }: Pick<Installation, 'world'>,
  question: string,
  judge: (answer: string) => Answer,
): Promise<Answer> {
  const { code, stdout, stderr } = await askDatabase(world.docker, question, 'authentik');
  if (code === 0) return judge(stdout.trim());
  return stop({
    code: 'upgrade-unasked',
    problem: 'The database did not answer a question that has to be asked first.',
    ...(stderr.trim() && { details: stderr.trim() }),
    fix: 'See what is wrong: homeauth doctor',
  });
}

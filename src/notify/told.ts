import type { Job } from '../config/notify.ts';
import type { Installation } from '../installation/installation.ts';
import { keep } from '../installation/kept.ts';
import { Failure } from '../model/failure.ts';
import { type Finding, issueOf } from '../model/finding.ts';
import type { Notice } from '../model/notice.ts';
import { textOf } from '../model/shown.ts';

/** Problems that somebody was told of and that were not fine since: the title that will be true again, by the problem. */
export type Told = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A problem is the same one while its names and what it is about are the same, whatever its text counts. */
const keyOf = (found: Finding): string => JSON.stringify([...aboutOf(found), issueOf(found)?.code ?? '']);

/** What was looked at: by which check, at what. */
const aboutOf = ({ id, subject, thing }: Finding): readonly string[] => [id, subject ?? '', thing ?? ''];

/** Whether what one name stands for is looked at where the other one is. */
export type IsSameCheck = (one: string, other: string) => boolean;

/** Whether a problem of before is gone, and not only out of sight: it, or else its whole check, was seen to be fine. */
function isFine(key: string, findings: readonly Finding[], isSameCheck: IsSameCheck): boolean {
  const [id = '', subject = '', thing = ''] = JSON.parse(key) as readonly string[];
  const same = findings.filter((found) => aboutOf(found).join() === [id, subject, thing].join());
  // A check that is fine as a whole says so without naming what it looked at.
  const near = findings.filter((found) => isSameCheck(found.id, id) && ['', subject].includes(found.subject ?? ''));
  return (same.length > 0 ? same : near).some(({ status }) => status === 'ok');
}

/** What somebody who was told `before` does not know yet, and what they know afterwards. */
export function news(before: Told[string] = {}, findings: readonly Finding[], isSameCheck: IsSameCheck) {
  const bad = new Map(findings.flatMap((found) => (issueOf(found) ? [[keyOf(found), found] as const] : [])));
  const wrong = [...bad].flatMap(([key, found]): Notice['wrong'][number][] => {
    const issue = issueOf(found);
    if (!issue || Object.hasOwn(before, key)) return [];
    const { code, problem, why, fix } = issue;
    return [{ code, problem, why, fix, ...(found.subject !== undefined && { subject: found.subject }) }];
  });
  const gone = Object.entries(before).filter(([key]) => !bad.has(key) && isFine(key, findings, isSameCheck));
  const kept = Object.entries(before).filter((entry) => !gone.some(([key]) => key === entry[0]));
  const fresh = [...bad].map(([key, found]) => [key, titleOf(found)] as const);
  return { wrong, fine: [...new Set(gone.map(([, title]) => title))], after: Object.fromEntries([...kept, ...fresh]) };
}

const titleOf = ({ title, subject }: Finding): string =>
  `${subject === undefined ? '' : `${subject}: `}${textOf(title)}`;

/** What was told of a timer's runs. A file that nobody can read tells nothing: then all is told once more. */
export async function readTold({ world, layout }: Installation, job: Job): Promise<Told> {
  try {
    const told = JSON.parse((await world.files.read(`${layout.told}${job}.json`)) ?? '{}') as unknown;
    return typeof told === 'object' && told !== null ? (told as Told) : {};
  } catch (error) {
    if (error instanceof Failure) throw error;
    return {};
  }
}

/** Keeps it for root alone. It is homeauth's, and goes with the rest of the data. */
export async function writeTold(installation: Installation, job: Job, told: Told): Promise<void> {
  await keep(installation, `${installation.layout.told}${job}.json`, `${JSON.stringify(told)}\n`);
}

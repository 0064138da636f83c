import { z } from 'zod';
import type { Job } from '../config/notify.ts';
import { parseJson } from '../formats/json.ts';
import type { Installation } from '../installation/installation.ts';
import { keep } from '../installation/secret-files.ts';
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

/** What is known of doctor's checks, by the names of what they find. */
export interface Checks {
  /** Whether what one name stands for is looked at where the other one is. */
  isSame(one: string, other: string): boolean;
  /** Whether it is looked at once for each app. */
  isOfApp(id: string): boolean;
}

/** Whether a problem of before is gone, and not only out of sight: it, or else its whole check, was seen to be fine. */
function isFine(key: string, findings: readonly Finding[], { isSame }: Checks): boolean {
  const [id, subject, thing] = partsOf(key);
  const same = findings.filter((found) => aboutOf(found).join() === [id, subject, thing].join());
  // A check that is fine as a whole says so without naming what it looked at.
  const near = findings.filter((found) => isSame(found.id, id) && ['', subject].includes(found.subject ?? ''));
  return (same.length > 0 ? same : near).some(({ status }) => status === 'ok');
}

function partsOf(key: string): readonly [id: string, subject: string, thing: string] {
  const [id = '', subject = '', thing = ''] = JSON.parse(key) as readonly string[];
  return [id, subject, thing];
}

/** What a run found, and what it is judged by. */
export interface Sight {
  readonly findings: readonly Finding[];
  /** Also those that were left out because others say the same: they are not fine either. */
  readonly seen: readonly Finding[];
  readonly checks: Checks;
  /** Names of the apps that there are. */
  readonly apps: readonly string[];
  /** Whether another run has told of a problem. */
  isHeard?(found: Finding): boolean;
}

/** What somebody who was told `before` does not know yet, and what they know afterwards. */
export function news(before: Told[string] = {}, { findings, seen, checks, apps, isHeard = () => false }: Sight) {
  const bad = new Map(findings.flatMap((found) => (issueOf(found) ? [[keyOf(found), found] as const] : [])));
  const told = [...bad].filter(([key, found]) => Object.hasOwn(before, key) || !isHeard(found));
  const wrong = told.flatMap(([key, found]): Notice['wrong'][number][] => {
    const issue = issueOf(found);
    if (!issue || Object.hasOwn(before, key)) return [];
    const { code, problem, why, fix } = issue;
    return [{ code, problem, why, fix, ...(found.subject !== undefined && { subject: found.subject }) }];
  });
  // What was wrong with an app that was removed is neither wrong nor fine.
  const known = Object.entries(before).filter(([key]) => {
    const [id, subject] = partsOf(key);
    return subject === '' || !checks.isOfApp(id) || apps.includes(subject);
  });
  const still = new Set(seen.filter(issueOf).map(keyOf));
  const gone = known.filter(([key]) => !still.has(key) && isFine(key, seen, checks));
  const kept = known.filter((entry) => !gone.includes(entry));
  const fresh = told.map(([key, found]) => [key, titleOf(found)] as const);
  // One problem may have become another one, of which the same would have to be true.
  const untrue = new Set([...bad.values()].map(titleOf));
  const fine = [...new Set(gone.map(([, title]) => title))].filter((title) => !untrue.has(title));
  return { wrong, fine, after: Object.fromEntries([...kept, ...fresh]) };
}

/** Whether the drill's own run has told somebody of what doctor calls `drill-failed` from then on. */
export const hasHeardOfDrill = (told: Told[string] = {}, { isSame }: Checks): boolean =>
  Object.keys(told).some((key) => isSame(partsOf(key)[0], 'drill-failed'));

const titleOf = ({ title, subject }: Finding): string =>
  `${subject === undefined ? '' : `${subject}: `}${textOf(title)}`;

/** As it is kept: a key is what `keyOf` makes. */
const form = z.record(
  z.string(),
  z.record(
    z
      .string()
      .regex(/^\["/)
      .refine((key) => parseJson(key) !== undefined),
    z.string(),
  ),
);

/** What was told of a timer's runs. A file that nobody can read tells nothing: then all is told once more. */
export async function readTold({ world, layout }: Installation, job: Job): Promise<Told> {
  try {
    return form.parse(JSON.parse((await world.files.read(`${layout.told}${job}.json`)) ?? '{}'));
  } catch (error) {
    if (error instanceof Failure) throw error;
    return {};
  }
}

/** Keeps it for root alone. It is homeauth's, and goes with the rest of the data. */
export async function writeTold(installation: Installation, job: Job, told: Told): Promise<void> {
  await keep(installation, `${installation.layout.told}${job}.json`, `${JSON.stringify(told)}\n`);
}

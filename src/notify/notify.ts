import type { Job } from '../config/notify.ts';
import type { Installation } from '../installation/installation.ts';
import { asFailure, type Failure } from '../model/failure.ts';
import { type Finding, issueOf } from '../model/finding.ts';
import type { Notice } from '../model/notice.ts';
import { noticeData, noticeWords } from '../report/notice.ts';
import type { Message, Target } from './target.ts';
import { targetsOf } from './targets.ts';
import { type Checks, hasHeardOfDrill, news, readTold, type Told, writeTold } from './told-before.ts';

/** A run of a timer, and what it found. */
export interface Run {
  readonly job: Job;
  readonly findings: readonly Finding[];
  /** Also those that were left out because others say the same. */
  readonly seen: readonly Finding[];
}

const commands: Readonly<Record<Job, string>> = {
  backup: 'homeauth backup',
  doctor: 'homeauth doctor',
  drill: 'homeauth backup drill',
};

/**
 * Tells those whom homeauth.yaml names what is new since they were told; monitors hear of each run. Somebody who cannot
 * be told stops nobody else, and is told the next time.
 * @returns why some were not told
 */
export async function notify(
  installation: Installation,
  { job, findings, seen }: Run,
  checks: Checks,
): Promise<readonly Failure[]> {
  const before = await readTold(installation, job);
  const drilled = job === 'doctor' ? await readTold(installation, 'drill') : {};
  const apps = installation.config.apps.map(({ name }) => name);
  const after: Record<string, Told[string]> = {};
  const failed: Failure[] = [];
  const host = installation.world.host.hostname();
  const tell = async (target: Target) => {
    const isMonitor = target.job !== undefined;
    const known = before[target.name] ?? {};
    const isHeard = ({ id }: Finding) => id === 'drill-failed' && hasHeardOfDrill(drilled[target.name], checks);
    const { wrong, fine, after: then } = news(isMonitor ? {} : known, { findings, seen, checks, apps, isHeard });
    try {
      if (isMonitor || wrong.length + fine.length > 0)
        await target.tell(messageOf({ host, command: commands[job], wrong, fine }, !findings.some(issueOf)));
      if (!isMonitor) after[target.name] = then;
    } catch (error) {
      failed.push(asFailure(error));
      after[target.name] = known;
    }
  };
  await Promise.all(
    targetsOf(installation)
      .filter((one) => one.job === undefined || one.job === job)
      .map(tell),
  );
  if (JSON.stringify(after) !== JSON.stringify(before)) await writeTold(installation, job, after);
  return failed;
}

function messageOf(notice: Notice, good: boolean): Message {
  const { title, text } = noticeWords(notice);
  return { title, text, data: noticeData(notice), good };
}

/** Sends one message to each, and waits for all. */
export async function tryAll(installation: Installation): Promise<readonly { name: string; came: string | Failure }[]> {
  const host = installation.world.host.hostname();
  const title = `homeauth on ${host}: a test`;
  const text = 'This is a test: homeauth notify test. Nothing is wrong, and nothing is to be done.\n';
  const message: Message = {
    title,
    text,
    data: { schema: 'homeauth.notice/1', host, test: true },
    good: true,
    trial: true,
  };
  return Promise.all(
    targetsOf(installation).map(async ({ name, tell }) => ({ name, came: await tell(message).catch(asFailure) })),
  );
}

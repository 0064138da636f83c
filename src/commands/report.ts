import { join } from 'node:path/posix';
import type { ReportFlags } from '../cli/maintenance.ts';
import { examined, once } from '../doctor/doctor.ts';
import { overviewOf } from '../doctor/overview.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import { open } from '../installation/open.ts';
import { knownEra } from '../installation/wanted-release.ts';
import { type ExitCode, Failure } from '../model/failure.ts';
import { prose } from '../report/layout.ts';
import { overviewData, overviewText } from '../report/overview.ts';
import { overviewPage, pageMark } from '../report/page.ts';
import { screenOf } from './screen.ts';

/** `homeauth report`: how things stand, in words or as a page. */
export async function report(flags: ReportFlags, runtime: Runtime): Promise<ExitCode> {
  const installation = await open(flags.config, runtime, knownEra);
  const screen = screenOf(runtime, 'report');
  const { terminal, world, cwd } = runtime;
  const path = flags.html === undefined ? undefined : join(flags.html.startsWith('/') ? '' : cwd, flags.html);
  if (path !== undefined) await assertFree(path, world.files);
  terminal.live('· all checks of doctor');
  const overview = await overviewOf(installation, once(await examined(flags.config, runtime)));
  terminal.live(undefined);
  if (path === undefined) {
    return screen.result(overviewText(overview, screen.paper), overviewData(overview));
  }
  const templates = await installation.templates();
  const [page, style] = [templates['report.html']!, templates['report.css']!];
  await world.files.write(path, overviewPage(overview, { page, style }), 0o600);
  const words = [`Written: ${path}`, 'Only root can read it: it has the names of people and apps in it.'];
  return screen.result(prose(words, screen.paper), { ...overviewData(overview), page: path });
}

/** @throws Failure report-taken where a file is there that is no report */
async function assertFree(path: string, files: Runtime['world']['files']): Promise<void> {
  const stat = await files.stat(path);
  if (!stat) return;
  const text = stat.type === 'file' ? await files.read(path) : undefined;
  if (text?.includes(pageMark)) return;
  throw new Failure({
    code: 'report-taken',
    problem: `${path} is there, and is no report of homeauth.`,
    why: 'It was not changed.',
    fix: 'Name another file: homeauth report --html FILE',
  });
}

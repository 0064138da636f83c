import { dirname } from 'node:path/posix';
import type { UninstallFlags } from '../cli/set-up.ts';
import { speakers } from '../config/oidc.ts';
import { runsWithoutPasswords } from '../doctor/only-sso.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import type { Installation } from '../installation/installation.ts';
import { holdUpgrade } from '../installation/lock.ts';
import { isBare, open } from '../installation/open.ts';
import { kinds } from '../kinds/index.ts';
import { planRemoval, removeAll } from '../lifecycle/reconcile.ts';
import type { Change } from '../model/change.ts';
import { type ExitCode, exitCodes, Failure } from '../model/failure.ts';
import { parseId } from '../model/resource.ts';
import { prose } from '../report/layout.ts';
import { plan, planData } from '../report/plan.ts';
import type { Style } from '../report/style.ts';
import { summary } from '../report/summary.ts';
import { screenOf } from './screen.ts';

/** `homeauth uninstall`: converge to nothing. Data stays unless its owner types the domain. */
export async function uninstall(flags: UninstallFlags, runtime: Runtime): Promise<ExitCode> {
  const screen = screenOf(runtime, 'uninstall');
  if (await isBare(flags.config, runtime)) {
    screen.result(prose(nothingFound(runtime), screen.paper), planData([]));
    return exitCodes.fine;
  }
  const installation = await open(flags.config, { ...runtime, overUpgrade: true });
  const { terminal } = runtime;
  const { domain } = installation.config;
  if (flags.confirm !== undefined && flags.confirm !== domain) {
    throw new Failure({
      code: 'confirm-differs',
      problem: `--confirm ${flags.confirm} is not this installation's domain.`,
      fix: `To remove the data, too: homeauth uninstall --confirm ${domain}`,
    });
  }
  const purge = flags.confirm === domain || (terminal.interactive && !flags.dryRun && (await typed(domain, runtime)));
  const changes = await planRemoval(installation, purge);
  const { baseDir } = installation.config;
  const { root } = installation.layout;
  const nothing = `There was nothing to remove: homeauth has made nothing that is still in ${root}.`;
  const table = (style: Style) =>
    `${flags.dryRun ? 'This would be removed' : 'This will be removed'}. What has a ${style.mark('leave')} stays:\n${summary(changes.map(asItStays), baseDir, kinds, style)}`;
  const back = sitesBack(installation);
  const without = await withoutPasswords(installation);
  const notes = [back, passwordGoes(changes, installation), ...without].filter((note) => note !== undefined);
  if (flags.dryRun) {
    const { paper } = screen;
    const more = [
      ...[...notes, theirs(changes, 'Stays')].filter((note) => note !== undefined),
      ...(purge ? [] : [`To see it with your data, too: homeauth uninstall --dry-run --confirm ${domain}`]),
    ];
    const words = [table(paper), ...more.map((note) => prose(note, paper))].join('\n');
    return screen.result(changes.length === 0 ? prose(nothing, paper) : words, planData(changes));
  }
  for (const note of notes) screen.say(prose(note, screen.style));
  if (terminal.interactive) {
    screen.say(table(screen.style));
    const details = plan({ changes, total: 0, command: 'homeauth uninstall' }, screen.style);
    const sure = { message: 'Go ahead?', initial: false, details, flag: '--yes', ifStopped: 'Nothing was changed.' };
    if (!(await terminal.confirm(sure))) return exitCodes.refused;
  }
  const done = await holdUpgrade(installation, 'uninstall', () => removeAll(installation, screen.progress, purge));
  const gone = "homeauth is gone from this server. Images stay in Docker's store.";
  const ended = [gone, back, keptIn(done, purge, installation), theirs(done, 'Left')]
    .filter((part) => part !== undefined)
    .join(' ');
  return screen.result(prose(done.length === 0 ? nothing : ended, screen.paper), planData(done));
}

/** Apps that nobody could log in to, because their containers still run with what switches their own passwords off. */
async function withoutPasswords({ config, world }: Installation): Promise<string[]> {
  const theirs = speakers(config).filter(({ oidc }) => !oidc.override?.up);
  const found = theirs.map(async (app) => ((await runsWithoutPasswords(app, world)) ? [app.title] : []));
  return (await Promise.all(found)).flat().map(passwordsOff);
}

const passwordsOff = (title: string): string =>
  `${title} runs without passwords of its own, by variables that go. Nobody can log in to it until its container is made anew without them: take env_file out of its compose file, then, in that folder: docker compose up -d`;

/** What stays, and what can be done with it. */
function keptIn(done: readonly Change[], purge: boolean, { config, layout }: Installation): string | undefined {
  const kept = done.filter(({ op, because }) => op === 'keep' && because.every(({ code }) => code !== 'left'));
  if (kept.length === 0) return undefined;
  const away = kept.flatMap(({ because }) => because.flatMap(({ code, of }) => (code === 'away' && of ? [of] : [])));
  if (!purge || away.length === 0)
    return `Kept: what is in ${layout.root}. homeauth init --base-dir ${config.baseDir} uses it again.`;
  return `What homeauth set in the app of ${[...new Set(away)].join(', ')} is still set: it could not be reached. Take it back in the app by hand. Left are notes of it, without a secret; to remove them: rm -r ${dirname(layout.ledger)}`;
}

/** A folder that was there before homeauth is let go of, and stays with what is in it. */
const isTheirs = ({ op, id }: Change): boolean => op === 'release' && parseId(id).kind === 'directory';

const asItStays = (change: Change): Change => (isTheirs(change) ? { ...change, op: 'keep' } : change);

function theirs(changes: readonly Change[], verb: 'Stays' | 'Left'): string | undefined {
  const folders = changes.filter(isTheirs).map(({ id }) => parseId(id).key);
  if (folders.length === 0) return undefined;
  return `${verb}, because it was there before homeauth, with all that is in it: ${folders.join(' ')}`;
}

function sitesBack({ config }: Installation): string | undefined {
  const sites = config.apps.flatMap(({ host, replacesSite }) => (replacesSite ? [host] : []));
  if (sites.length === 0) return undefined;
  return `Your own sites come back in your Caddyfile, without this login: ${sites.join(', ')}.`;
}

function passwordGoes(changes: readonly Change[], { layout }: Installation): string | undefined {
  const path = layout.resticPassword;
  if (!changes.some(({ op, id }) => op === 'remove' && id === `file:${path}`)) return undefined;
  return `With the data goes ${path}. Without that password nobody can open the copies in the repository of restic: keep it outside of this server.`;
}

const nothingFound = ({ pointer }: Runtime): string =>
  `There is nothing of homeauth on this server to remove: no ${pointer} that names a homeauth.yaml. To remove data that an uninstall kept: homeauth uninstall --config PATH`;

async function typed(domain: string, { terminal }: Runtime): Promise<boolean> {
  terminal.say('Your data stays: users, database, uploads and secrets.');
  const answer = await terminal.ask({
    message: `To remove it, too, type ${domain}; Enter keeps it`,
    initial: '',
    flag: '--confirm DOMAIN',
    ifStopped: 'Nothing was changed.',
    validate: (value) => (value === '' || value === domain ? undefined : `Type ${domain}, or nothing.`),
  });
  return answer === domain;
}

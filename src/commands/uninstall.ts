import type { UninstallFlags } from '../cli/set-up.ts';
import { holdUpgrade } from '../installation/lock.ts';
import { isBare, open } from '../installation/open.ts';
import type { Runtime } from '../installation/runtime.ts';
import { kinds } from '../kinds/index.ts';
import { planRemoval, removeAll } from '../lifecycle/reconcile.ts';
import { type ExitCode, exitCodes, Failure } from '../model/failure.ts';
import { prose } from '../report/layout.ts';
import { plan, planData } from '../report/plan.ts';
import { summary } from '../report/summary.ts';
import { screenOf } from './screen.ts';

/** `homeauth uninstall`: converge to nothing. Data stays unless its owner types the domain. */
export async function uninstall(flags: UninstallFlags, runtime: Runtime): Promise<ExitCode> {
  const screen = screenOf(runtime, 'uninstall');
  if (await isBare(flags.config, runtime)) {
    screen.result(prose(nothingFound(runtime), screen.paper), planData([]), true);
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
  const sites = installation.config.apps.flatMap(({ host, replacesSite }) => (replacesSite ? [host] : []));
  const back =
    sites.length > 0 ? `Your own sites come back in your Caddyfile, without this login: ${sites.join(', ')}. ` : '';
  const words = plan({ changes, total: 0, command: 'homeauth uninstall' }, screen.paper);
  if (flags.dryRun) {
    screen.result(words, planData(changes), true);
    return exitCodes.fine;
  }
  if (back !== '') screen.say(prose(back.trim(), screen.style));
  const { resticPassword } = installation.layout;
  if (changes.some(({ op, id }) => op === 'remove' && id === `file:${resticPassword}`))
    screen.say(prose(passwordGoes(resticPassword), screen.style));
  if (terminal.interactive) {
    screen.say(
      `This will be removed. What has a ${screen.style.mark('leave')} stays:\n${summary(changes, installation.config.baseDir, kinds, screen.style)}`,
    );
    const details = words;
    const sure = { message: 'Go ahead?', initial: false, details, flag: '--yes', ifStopped: 'Nothing was changed.' };
    if (!(await terminal.confirm(sure))) return exitCodes.refused;
  }
  const done = await holdUpgrade(installation, 'uninstall', () => removeAll(installation, screen.progress, purge));
  const kept = done.some(({ op }) => op === 'keep');
  const { root } = installation.layout;
  const stayed = purge ? done.filter(({ op, id }) => op === 'release' && id.startsWith('directory:')) : [];
  const theirs = stayed.map(({ id }) => id.slice('directory:'.length)).join(' ');
  const left = theirs && `Left, because it was there before homeauth, with all that is in it: ${theirs}`;
  const rest = kept
    ? `Kept: what is in ${root}. homeauth init --base-dir ${installation.config.baseDir} uses it again.`
    : '';
  screen.result(
    prose(
      done.length === 0
        ? `There was nothing to remove: homeauth has made nothing that is still in ${root}.`
        : `homeauth is gone from this server. Images stay in Docker's store. ${back}${rest}${left}`.trim(),
      screen.paper,
    ),
    planData(done),
    true,
  );
  return exitCodes.fine;
}

const nothingFound = ({ pointer }: Runtime): string =>
  `There is nothing of homeauth on this server to remove: no ${pointer} that names a homeauth.yaml. To remove data that an uninstall kept: homeauth uninstall --config PATH`;

const passwordGoes = (path: string): string =>
  `With the data goes ${path}. Without that password nobody can open the copies in the repository of restic: keep it outside of this server.`;

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

import { openAddresses } from '../config/open-path.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import type { Installation } from '../installation/installation.ts';
import { kinds } from '../kinds/index.ts';
import { planChanges, type Wishes } from '../lifecycle/reconcile.ts';
import { plan } from '../report/plan.ts';
import { summary } from '../report/summary.ts';
import { declined } from './confirm.ts';
import type { Screen } from './screen.ts';

/**
 * Show what would be made and ask whether to go ahead. Where nobody can be asked, running the command is the word.
 * @throws Failure refused, with exit code 3; or what would stop it, where that is known
 */
export async function consent(
  installation: Installation,
  { terminal }: Runtime,
  screen: Screen,
  wishes: Wishes = {},
  heading = 'This will be made:',
): Promise<void> {
  const { changes, right, trouble } = await planChanges(installation, wishes);
  if (trouble) throw trouble;
  if (changes.length === 0) return;
  screen.say(`${screen.style.text(heading)}\n${summary(changes, installation.config.baseDir, kinds, screen.style)}`);
  if (!terminal.interactive) return;
  const open = openAddresses(installation.config.apps);
  const details = plan({ changes, total: changes.length + right, command: 'This command', open }, screen.style);
  const message = 'Go ahead?';
  if (await terminal.confirm({ message, initial: true, details, flag: '--yes', ifStopped: 'Nothing was changed.' }))
    return;
  throw declined();
}

import { record } from '../../engine/ledger.ts';
import type { Installation } from '../../installation/installation.ts';
import { Failure } from '../../model/failure.ts';

/**
 * A line for each use of `homeauth rescue`, beside the ledger: when, what, for whom, by whom. Written before anything
 * is done, so that nothing is done without it. Holds no secret.
 */
export async function logRescue(installation: Installation, what: string, user: string): Promise<void> {
  const { layout, world, surroundings: runtime } = installation;
  const by = runtime.env['SUDO_USER'] ?? 'root';
  await claim(installation);
  const before = (await world.files.read(layout.rescueLog)) ?? '';
  const line = `${new Date().toISOString()} ${what} for ${user}, by ${by}\n`;
  await world.files.write(layout.rescueLog, before + line, 0o600);
}

/** The log is ours and the user's to keep: it goes with the rest of the data, when that is asked for. */
async function claim({ ledger, layout }: Installation): Promise<void> {
  try {
    const lines = await ledger.read();
    const id = `file:${layout.rescueLog}` as const;
    if (!lines.some((line) => line.id === id)) await ledger.save(record(lines, [{ id, precious: true }]));
  } catch (error) {
    // A ledger that cannot be read must not keep anybody out.
    if (!(error instanceof Failure && error.code === 'ledger-unreadable')) throw error;
  }
}

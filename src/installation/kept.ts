import { record } from '../engine/ledger.ts';
import type { Installation } from './installation.ts';
import { hold } from './lock.ts';

/** Writes a file of homeauth's own beside the ledger, for root alone: it goes with the rest of the data. */
export async function keep(installation: Installation, path: string, content: string): Promise<void> {
  const { world, ledger } = installation;
  const id = `file:${path}` as const;
  if (!(await ledger.read()).some((line) => line.id === id))
    await hold(installation, 'doctor', async () => ledger.save(record(await ledger.read(), [{ id, precious: true }])));
  await world.files.write(path, content, 0o600);
}

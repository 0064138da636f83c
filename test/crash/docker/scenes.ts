import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { domain, type Place } from '../../e2e/main-job/place.ts';
import type { Orders } from './process.ts';
import { startProcess } from './start.ts';

type Command = Omit<Orders, 'log' | 'kill'>;

export interface RealScene {
  readonly name: string;
  /** Makes the machine ready for it, whatever the scene before has left. */
  readonly prepare: () => Promise<void>;
  readonly run: Command;
  /** What a person types then, one after the other until one is content. */
  readonly again: readonly Command[];
}

/** The same commands as in memory, on the real Engine. */
export function realScenes({ base, root, engine }: Place): readonly RealScene[] {
  const identity = { domain, admin: 'helen', name: 'Helen', email: 'helen@example.com', tls: 'internal' };
  const init: Command = { command: 'init', args: [], flags: { ...identity, baseDir: base } as Command['flags'] };
  const config = join(root, 'homeauth.yaml');
  const addApp: Command = { command: 'add-app', args: ['whoami'], flags: { config } };
  const removeApp: Command = { command: 'remove-app', args: ['whoami'], flags: { config } };
  const apply: Command = { command: 'apply', args: [], flags: { config } };
  const uninstall: Command = { command: 'uninstall', args: [], flags: { config } };
  const whole: Command = { command: 'uninstall', args: [], flags: { config, confirm: domain } };
  const must = async (...commands: readonly Command[]) => {
    for (const command of commands) {
      const { code, err } = await startProcess(command);
      if (code !== 0) throw new Error(`${command.command} ended with ${code}: ${err}`);
    }
  };
  const withoutApp = async () => {
    await must(init);
    await startProcess(removeApp);
  };
  const nothing = async () => {
    await engine.remove({ prefix: '' });
    for (const path of [base, '/etc/homeauth', '/etc/homeauth.begun']) await rm(path, { recursive: true, force: true });
  };
  const drift = async () => {
    await must(init, addApp);
    await rm(join(root, 'docker-compose.yml'));
    await writeFile(join(base, 'caddy/etc/Caddyfile'), '# mine\n');
    await engine.docker(['rm', '--force', 'whoami', 'authentik-worker']);
  };
  return [
    { name: 'init', prepare: nothing, run: init, again: [init] },
    { name: 'add-app', prepare: withoutApp, run: addApp, again: [addApp] },
    { name: 'remove-app', prepare: () => must(init, addApp), run: removeApp, again: [removeApp, apply] },
    { name: 'apply after drift', prepare: drift, run: apply, again: [apply] },
    { name: 'uninstall', prepare: () => must(init, addApp), run: uninstall, again: [uninstall] },
    { name: 'uninstall with all data', prepare: () => must(init, addApp), run: whole, again: [whole, init, whole] },
  ];
}

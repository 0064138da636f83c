import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { domain, type Place } from '../../e2e/main-job/place.ts';
import { type Command, groundOf, type State } from './ground.ts';

export interface RealScene {
  readonly name: string;
  /** Makes the machine ready for it, whatever the scene before has left. */
  readonly prepare: () => Promise<void>;
  /** Must be told how it ended, for the next one to be made ready: whether all is as after a run that nothing happened to. */
  readonly ended: (well: boolean) => void;
  readonly run: Command;
  /** What a person types where the same again is refused with this code, because it had come too far. */
  readonly instead?: { readonly of: string; readonly run: readonly Command[] };
}

/** The same commands as in memory, on the real Engine. */
export function realScenes(place: Place): readonly RealScene[] {
  const { base, root, engine } = place;
  const identity = { domain, admin: 'helen', name: 'Helen', email: 'helen@example.com', tls: 'internal' };
  const init: Command = { command: 'init', args: [], flags: { ...identity, baseDir: base } as Command['flags'] };
  const config = join(root, 'homeauth.yaml');
  const addApp: Command = { command: 'add-app', args: ['whoami'], flags: { config } };
  const removeApp: Command = { command: 'remove-app', args: ['whoami'], flags: { config } };
  const apply: Command = { command: 'apply', args: [], flags: { config } };
  const uninstall: Command = { command: 'uninstall', args: [], flags: { config } };
  const whole: Command = { command: 'uninstall', args: [], flags: { config, confirm: domain } };
  const ground = groundOf(place, { init, addApp, removeApp });
  const scene = (from: State, to: State | undefined, rest: Omit<RealScene, 'prepare' | 'ended'>): RealScene => ({
    prepare: () => ground.become(from),
    ended: (well) => ground.left(well ? to : undefined),
    ...rest,
  });
  const drift = async () => {
    await rm(join(root, 'docker-compose.yml'));
    await writeFile(join(base, 'caddy/etc/Caddyfile'), '# mine\n');
    await engine.docker(['rm', '--force', 'whoami', 'authentik-worker']);
  };
  const drifted = scene('mended', 'mended', { name: 'apply after drift', run: apply });
  return [
    scene('nothing', 'installed', { name: 'init', run: init }),
    scene('installed', 'with an app', { name: 'add-app', run: addApp }),
    scene('with an app', 'installed', {
      name: 'remove-app',
      run: removeApp,
      instead: { of: 'app-unknown', run: [apply] },
    }),
    { ...drifted, prepare: () => drifted.prepare().then(drift) },
    scene('to lose', undefined, { name: 'uninstall', run: uninstall }),
    scene('to lose', undefined, {
      name: 'uninstall with all data',
      run: whole,
      instead: { of: 'config-missing', run: [init, whole] },
    }),
  ];
}

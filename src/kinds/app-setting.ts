import { isDeepStrictEqual } from 'node:util';
import type { Kind } from '../engine/kind.ts';
import { nameOf, readSettings, withSettings } from '../formats/settings-file.ts';
import {
  type AppSettingFound,
  type AppSettingSpec,
  appOf,
  partsOf,
  placeOf,
  type Setting,
} from '../model/app-setting.ts';
import { Failure } from '../model/failure.ts';
import { differs, type Reason } from '../model/reason.ts';
import { reveal, Secret } from '../model/secret.ts';
import { trusts } from '../proxy/trust.ts';

/**
 * Values of ours in an app's own file of settings, in its container. key: `CONTAINER:PATH`, as `docker cp` has it. The
 * file is reached through the container, so that a link in it leads nowhere else. The app reads it when it starts.
 */
export const appSettingKind: Kind<AppSettingSpec, AppSettingFound> = {
  told: { noun: 'settings', heading: 'settings in' },
  leansOnOurs: true,

  async observe(key, { docker, files }, want) {
    const [container, path] = fileIn(key);
    const nothing: AppSettingSpec = { in: placeOf(key), format: 'yaml', settings: [], unread: '' };
    if (!(await docker.container(container)))
      return { is: 'present', spec: { ...(want ?? nothing), settings: [], unseen: true } };
    const text = await docker.readFile(container, path);
    if (text === undefined) return { is: 'absent' };
    if (!want) return { is: 'present', spec: { ...nothing, text } };
    const waits = (await files.read(want.unread)) !== undefined;
    return { is: 'present', spec: { ...want, settings: read(text, want), ...(waits && { waits }) } };
  },

  // A container that is away is looked into when it is back.
  differs(want, { settings: found, unseen, waits }) {
    if (unseen) return [];
    const reasons = falling(want.settings, found);
    return waits && reasons.length === 0 ? [differs('setting', 'not read by the app yet')] : reasons;
  },

  // Where it is missing, nothing is known of what was there before.
  async rehearse(want, { docker }) {
    const place = fileIn(want.in);
    const text = await docker.readFile(...place);
    if (text === undefined) throw missing(want);
    written(text, want);
    await docker.assertWritable(...place);
  },

  async apply(key, want, { docker, files }) {
    if (!want) return;
    const [container, path] = fileIn(key);
    const text = await docker.readFile(container, path);
    if (text === undefined) throw missing(want);
    // Many apps ask authentik as they start, and do not start where they cannot.
    if (want.trusts !== undefined && !(await trusts(container, want.trusts, { docker })))
      throw untrusting(container, appOf(want));
    // Whoever is stopped here knows by it, the next time, that the app runs with what it read before.
    if (want.unread !== '') await files.write(want.unread, '', 0o600);
    const now = written(text, want);
    if (now !== text) await docker.writeFile(container, path, new Secret(now));
    if ((await docker.container(container))?.running) await docker.restart(container);
    if (want.unread !== '') await files.remove(want.unread);
  },

  // What its owner has changed since is theirs; a secret of ours, which no ledger keeps, goes.
  release(ours, before, { text = '' }) {
    const now = read(text, ours);
    const isOurs = ({ value }: Setting, n: number) => value === dots || isDeepStrictEqual(now[n]?.value, value);
    // Which ones are set may have changed since: one that `before` has nothing of goes.
    const former = ({ path }: Setting) => before.settings.find((one) => isDeepStrictEqual(one.path, path)) ?? { path };
    const { trusts: _, ...rest } = before;
    // A homeauth before this one kept no such file.
    return { ...rest, settings: ours.settings.filter(isOurs).map(former), unread: ours.unread ?? '' };
  },

  keeps(_, { in: key, unseen }) {
    const [container] = fileIn(key);
    const says = `there is no container ${container}, so what homeauth wrote is still in the file. Start it, then run homeauth apply, or homeauth uninstall again`;
    return unseen && { code: 'away', of: container, says };
  },

  hint: (key) => `Look at it:  docker cp ${placeOf(key)} -`,
};

/** How a secret reads in the ledger. */
export const dots = String(new Secret(''));

/** How settings fall short of others: by name, and never by value. */
export const falling = (
  want: readonly Setting[],
  found: readonly Setting[],
  isHidden: (setting: Setting) => boolean = () => false,
): Reason[] =>
  want.flatMap((setting, n) => {
    const now = found[n]?.value;
    const wanted = setting.value instanceof Secret ? reveal(setting.value) : setting.value;
    if (isHidden(setting) || isDeepStrictEqual(now, wanted)) return [];
    const says = wanted === undefined ? 'no longer wanted' : now === undefined ? 'missing' : 'changed';
    return [differs('setting', `${nameOf(setting)}: ${says}`)];
  });

function fileIn(key: string): [container: string, path: string] {
  const [container, rest] = partsOf(placeOf(key));
  return [container, rest.slice(1)];
}

function read(text: string, { in: key, format, settings, unread }: AppSettingSpec): readonly Setting[] {
  try {
    return readSettings(text, format, settings);
  } catch (error) {
    throw unreadable(key, format, appOf({ unread }), error);
  }
}

function written(text: string, { in: key, format, settings, unread }: AppSettingSpec): string {
  try {
    return withSettings(text, format, settings);
  } catch (error) {
    throw unreadable(key, format, appOf({ unread }), error);
  }
}

const missing = ({ in: key, plugin }: AppSettingSpec): Failure =>
  plugin === undefined
    ? new Failure({
        code: 'app-file-missing',
        problem: `There is no file ${key}, where homeauth should write the settings of the app.`,
        why: 'It is elsewhere, or the app creates it at its first start.',
        fix: 'Start the app once, or correct settings-in in homeauth.yaml; then run the same command again.',
      })
    : new Failure({
        code: 'app-plugin-missing',
        problem: `There is no file ${key}, where the plugin of the app keeps its settings.`,
        why: 'The plugin is not installed, or its settings were never saved.',
        fix: `Install it in the app: ${plugin}. Restart the app, open the settings of the plugin and save them as they are. Then run the command again.`,
      });

const untrusting = (container: string, app: string): Failure =>
  new Failure({
    code: 'app-untrusting',
    problem: `The container ${container} does not trust the certificate of the login page yet.`,
    why: "Caddy's own authority signed it. With settings that name authentik the app may not start, so homeauth has not written them.",
    fix: [
      `Add the lines to its compose file that this says:  homeauth app ${app}`,
      'In the folder of its compose file:  docker compose up -d',
      'Then homeauth apply, which goes on where it stopped.',
    ],
  });

/** Its own words may quote the file, which holds secrets of the app. */
const unreadable = (key: string, format: string, app: string, cause: unknown): Failure =>
  new Failure(
    {
      code: 'app-file-unreadable',
      problem: `${key} cannot be changed as ${format.toUpperCase()}.`,
      why: 'It has a mistake in it, or a single value where a group of settings belongs.',
      fix: `Correct it, or delete settings-in in homeauth.yaml and enter the settings by hand: homeauth app ${app}`,
    },
    { cause },
  );

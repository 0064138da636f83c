import { isDeepStrictEqual } from 'node:util';
import type { Kind } from '../engine/kind.ts';
import { nameOf, readSettings, withSettings } from '../formats/settings-file.ts';
import { type AppSettingFound, type AppSettingSpec, placeOf, type Setting } from '../model/app-setting.ts';
import { Failure } from '../model/failure.ts';
import { differs, type Reason } from '../model/reason.ts';
import { reveal, Secret } from '../model/secret.ts';

/**
 * Values of ours in an app's own file of settings, in its container. key: `CONTAINER:PATH`, as `docker cp` has it. The
 * file is reached through the container, so that a link in it leads nowhere else. The app reads it when it starts.
 */
export const appSettingKind: Kind<AppSettingSpec, AppSettingFound> = {
  told: { noun: 'settings', heading: 'settings in' },

  async observe(key, { docker }, want) {
    const [container, path] = partsOf(key);
    const nothing: AppSettingSpec = { in: placeOf(key), format: 'yaml', settings: [] };
    if (!(await docker.container(container)))
      return { is: 'present', spec: { ...(want ?? nothing), settings: [], unseen: true } };
    const text = await docker.readFile(container, path);
    if (text === undefined) return { is: 'absent' };
    if (!want) return { is: 'present', spec: { ...nothing, text } };
    return { is: 'present', spec: { ...want, settings: read(text, want) } };
  },

  // A container that is away is looked into when it is back.
  differs: (want, { settings: found, unseen }) => (unseen ? [] : falling(want.settings, found)),

  // Where it is missing, nothing is known of what was there before.
  async rehearse(want, { docker }) {
    const place = partsOf(want.in);
    const text = await docker.readFile(...place);
    if (text === undefined) throw missing(want);
    written(text, want);
    await docker.assertWritable(...place);
  },

  async apply(key, want, { docker }) {
    if (!want) return;
    const [container, path] = partsOf(key);
    const text = await docker.readFile(container, path);
    if (text === undefined) throw missing(want);
    await docker.writeFile(container, path, new Secret(written(text, want)));
    if ((await docker.container(container))?.running) await docker.restart(container);
  },

  // What its owner has changed since is theirs; a secret of ours, which no ledger keeps, goes.
  release(ours, before, { text = '' }) {
    const now = read(text, ours);
    const isOurs = ({ value }: Setting, n: number) => value === dots || isDeepStrictEqual(now[n]?.value, value);
    // Which ones are set may have changed since: one that `before` has nothing of goes.
    const former = ({ path }: Setting) => before.settings.find((one) => isDeepStrictEqual(one.path, path)) ?? { path };
    return { ...before, settings: ours.settings.filter(isOurs).map(former) };
  },

  keeps(_, { in: key, unseen }) {
    const [container] = partsOf(key);
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

function partsOf(key: string): [container: string, path: string] {
  const place = placeOf(key);
  const at = place.indexOf(':');
  return [place.slice(0, at), place.slice(at + 1)];
}

function read(text: string, { in: key, format, settings }: AppSettingSpec): readonly Setting[] {
  try {
    return readSettings(text, format, settings);
  } catch (error) {
    throw unreadable(key, format, error);
  }
}

function written(text: string, { in: key, format, settings }: AppSettingSpec): string {
  try {
    return withSettings(text, format, settings);
  } catch (error) {
    throw unreadable(key, format, error);
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

const unreadable = (key: string, format: string, cause: unknown): Failure =>
  new Failure(
    {
      code: 'app-file-unreadable',
      problem: `${key} cannot be changed as ${format.toUpperCase()}.`,
      why: 'It has a mistake in it, or a single value where a group of settings belongs.',
      fix: 'Correct it, or delete settings-in in homeauth.yaml and enter the settings by hand: homeauth app NAME',
    },
    { cause },
  );

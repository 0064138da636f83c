import { isDeepStrictEqual } from 'node:util';
import type { Kind } from '../engine/kind.ts';
import {
  type AppCommand,
  type AppCommandsFound,
  type AppCommandsSpec,
  appOf,
  type Handed,
  type Plain,
  placeOf,
} from '../model/app-setting.ts';
import { Failure } from '../model/failure.ts';
import { differs, type Reason } from '../model/reason.ts';
import { Secret } from '../model/secret.ts';
import type { ExecResult } from '../world/docker/docker.ts';
import type { World } from '../world/world.ts';
import { dots } from './app-setting.ts';
import { keepMark, markIn, markOf } from './sent.ts';

/**
 * What an app's own commands set in it, in its container. key: the container. No secret is in a command line: it is
 * handed over in a variable of that command alone.
 */
export const appCommandsKind: Kind<AppCommandsSpec, AppCommandsFound> = {
  told: { noun: 'settings', heading: 'settings in' },
  leansOnOurs: true,

  async observe(key, world, want) {
    const container = placeOf(key);
    const spec = want ?? { in: container, variables: {}, settings: [], sent: '' };
    if (!(await world.docker.container(container))?.running)
      return { is: 'present', spec: { ...spec, now: [], unseen: true } };
    if (!want) return { is: 'present', spec: { ...spec, now: [] } };
    try {
      if (want.ready) {
        const { code } = await run(world, want, want.ready);
        const because: Reason = { code: 'starting', says: 'it cannot be asked yet' };
        if (code > 0)
          return {
            is: 'unknown',
            because,
            failure: failed(want, want.ready, code),
            ...(isNone(code) && { isLost: true }),
          };
      }
      const mark = await markIn(want.sent, world);
      return { is: 'present', spec: { ...want, now: await look(world, want), ...(mark !== undefined && { mark }) } };
    } catch (error) {
      // Started anew in the middle.
      if (!(error instanceof Failure)) throw error;
      return { is: 'unknown', because: { code: 'starting', says: 'it does not run' }, failure: error };
    }
  },

  differs({ settings, variables }, { now, unseen, mark }) {
    if (unseen) return [];
    const reasons = settings.flatMap(({ name, is }, n) =>
      isDeepStrictEqual(now[n], revealed(is))
        ? []
        : [differs('setting', `${name}: ${now[n] === undefined ? 'missing' : 'changed'}`)],
    );
    const names = Object.keys(variables);
    if (reasons.length > 0 || names.length === 0 || mark === variablesMark(variables)) return reasons;
    return [differs('setting', `${names.join(', ')}: changed`)];
  },

  async apply(_, want, world) {
    if (!want) return;
    const now = await look(world, want);
    const { giveBack, sent } = want;
    const mark = variablesMark(want.variables);
    // With other variables, what they are handed to is not known: all are run.
    const isSame = handsNothing(want) || mark === (await markIn(sent, world));
    const steps = want.settings.map((setting, n): readonly string[] | undefined => {
      const isOurs = isDeepStrictEqual(now[n], revealed(setting.is)) || (giveBack && isSecret(setting.is));
      if (!giveBack) return isOurs && isSame ? undefined : setting.set;
      // What its owner has changed since is theirs.
      return isOurs ? backTo(giveBack[n] ?? undefined, setting) : undefined;
    });
    // One may need what another one before it has set.
    for (const argv of giveBack ? steps.toReversed() : steps) {
      if (!argv) continue;
      const { code } = await run(world, want, argv);
      if (code > 0) throw failed(want, argv, code);
    }
    if (!handsNothing(want)) await keepMark(sent, giveBack ? undefined : mark, world);
  },

  release(ours, before) {
    const former = ({ name }: AppCommand) => before.now[before.settings.findIndex((one) => one.name === name)];
    return { ...ours, giveBack: ours.settings.map(former) };
  },

  keeps(_, { in: key, unseen }) {
    const says = `the container ${key} does not run, so what homeauth set is still in the app. Start it, then run homeauth apply, or homeauth uninstall again`;
    return unseen && { code: 'away', of: key, says };
  },

  hint: (key) => `Look at its log:  docker logs --tail 50 ${placeOf(key)}`,
};

const handsNothing = ({ variables }: AppCommandsSpec): boolean => Object.keys(variables).length === 0;

const variablesMark = (variables: AppCommandsSpec['variables']): string => markOf(Object.values(variables));

const look = (world: World, want: AppCommandsSpec): Promise<(Plain | undefined)[]> =>
  want.settings.reduce<Promise<(Plain | undefined)[]>>(async (all, setting) => {
    const before = await all;
    const { code, stdout } = await run(world, want, setting.look);
    return [...before, code > 0 ? undefined : saidOf(stdout, setting.is)];
  }, Promise.resolve([]));

const run = (
  { docker }: World,
  { in: key, user, variables }: AppCommandsSpec,
  argv: readonly string[],
): Promise<ExecResult> => docker.exec(key, argv, { environment: variables, ...(user !== undefined && { user }) });

/** What a command printed: as a text, or of JSON the values that are asked for. */
function saidOf(stdout: string, is: AppCommand['is']): Plain | undefined {
  if (!isMap(is)) return stdout.trim();
  try {
    return among(JSON.parse(stdout) as Plain, is as Plain);
  } catch {
    return undefined;
  }
}

const isMap = (data: unknown): data is { readonly [key: string]: Plain } =>
  typeof data === 'object' && data !== null && !Array.isArray(data) && !(data instanceof Secret);

/** The ledger has no secrets, so what it kept of them says nothing. */
const isSecret = (is: AppCommand['is']): boolean => JSON.stringify(is).includes(dots);

function revealed(data: Handed): unknown {
  if (data instanceof Secret) return data.reveal();
  return isMap(data) ? Object.fromEntries(Object.entries(data).map(([key, one]) => [key, revealed(one)])) : data;
}

const among = (said: Plain, is: Plain): Plain =>
  isMap(said) && isMap(is)
    ? Object.fromEntries(
        Object.entries(is).flatMap(([key, one]) => (key in said ? [[key, among(said[key]!, one)]] : [])),
      )
    : said;

function backTo(former: Plain | undefined, { unset, back }: AppCommand): readonly string[] | undefined {
  // The ledger has null for what was not there.
  if (former === undefined || former === null) return unset;
  return typeof former === 'string' ? back?.map((word) => word.replaceAll('{former}', () => former)) : undefined;
}

/** A shell's words for: there is no such program, or none that can be run. */
const isNone = (code: number): boolean => code === 126 || code === 127;

/** What it printed may quote what it was handed. */
const failed = ({ in: container, sent }: AppCommandsSpec, argv: readonly string[], code: number): Failure =>
  new Failure({
    code: 'app-command-failed',
    problem: `In the container ${container}, this ended with ${code}: ${argv.join(' ')}`,
    why: isNone(code)
      ? 'There is no such program: another app runs there than its name says, or a release of it that has changed.'
      : 'The app was started anew in the middle, does not reach the login page or trust its certificate, or does not know one of the words.',
    fix: [
      `Look at its log (docker logs --tail 50 ${container}), and at what belongs into its compose file (homeauth app ${appOf({ sent })}), then: homeauth apply`,
      `Or delete settings-in in homeauth.yaml, and enter the settings by hand: homeauth app ${appOf({ sent })}`,
    ],
  });

import { isDeepStrictEqual } from 'node:util';
import type { Kind } from '../engine/kind.ts';
import { nameOf, readSettings, withSettings } from '../formats/settings-file.ts';
import { type AppApiFound, type AppApiSpec, appOf, placeOf, type Setting } from '../model/app-setting.ts';
import { asFailure, Failure } from '../model/failure.ts';
import { differs } from '../model/reason.ts';
import type { Observed } from '../model/resource.ts';
import { addressIn, containerBehind, hostName, inDocker, isPlain } from '../proxy/upstream.ts';
import type { HttpAnswer, Via, World } from '../world/world.ts';
import { dots, falling } from './app-setting.ts';
import { keepMark, markIn, markOf } from './sent.ts';

/**
 * Values of ours in an app that has an HTTP API for its settings. key: `HOST:PORT` and the path that they are read at.
 * Without the key of an administrator nothing is seen, and nothing is touched.
 */
export const appApiKind: Kind<AppApiSpec, AppApiFound> = {
  told: { noun: 'settings', heading: 'settings of' },
  leansOnOurs: true,

  async observe(key, world, want) {
    const nothing = want ?? blank(key);
    const unseen: Observed<AppApiFound> = { is: 'present', spec: { ...nothing, settings: [], unseen: true } };
    if ((await viaOf(nothing.upstream, world)) === undefined) return unseen;
    if (!want) return { is: 'present', spec: nothing };
    const secret = await keyIn(want, world);
    if (secret === undefined) return unseen;
    if (secret instanceof Failure) return lost(secret);
    const answer = await ask(world, want, secret).catch(asFailure);
    if (answer instanceof Failure && answer.code === notProven) return lost(unproven(want));
    // Whatever starts is silent at first, or says that it is not there yet.
    if (answer instanceof Failure || answer.status >= 500) {
      const says = 'it does not answer yet';
      return { is: 'unknown', because: { code: 'starting', says }, failure: silent(want) };
    }
    const settings = read(answer, want);
    const mark = await markIn(want.sent, world);
    if (!(settings instanceof Failure))
      return { is: 'present', spec: { ...want, settings, ...(mark !== undefined && { mark }) } };
    return lost(settings);
  },

  differs(want, { settings, unseen, mark }) {
    if (unseen) return [];
    const isHidden = (setting: Setting) => want.hidden.includes(nameOf(setting));
    const resent = want.hidden.length > 0 && mark !== hiddenMark(want);
    return [
      ...falling(want.settings, settings, isHidden),
      ...(resent ? [differs('setting', `${want.hidden.join(', ')}: changed`)] : []),
    ];
  },

  async apply(_, want, world) {
    if (!want) return;
    const secret = await keyIn(want, world);
    // Who takes the key away leaves the settings as they are.
    if (secret === undefined) {
      if (want.onlyWhere) await keepMark(want.sent, undefined, world);
      return;
    }
    if (secret instanceof Failure) throw secret;
    const answer = await ask(world, want, secret);
    const found = read(answer, want);
    if (found instanceof Failure) throw found;
    const now = readSettings(answer.body, 'json', want.onlyWhere ?? []);
    const isOurs = (_setting: Setting, n: number): boolean => {
      const ours = want.onlyWhere?.[n];
      return !ours || ours.value === dots || isDeepStrictEqual(now[n]?.value, ours.value);
    };
    const settings = want.settings.filter(isOurs);
    const whole = withSettings(answer.body, 'json', settings);
    const sent = want.write.whole ? whole : topOf(whole, settings);
    const { status } = await ask(world, want, secret, sent);
    if (status < 200 || status > 299) throw refused(want, status);
    if (want.hidden.length > 0) await keepMark(want.sent, want.onlyWhere ? undefined : hiddenMark(want), world);
  },

  // What it never tells cannot be given back.
  release(ours, before) {
    const known = ours.settings.filter((setting) => !ours.hidden.includes(nameOf(setting)));
    const former = ({ path }: Setting) => before.settings.find((one) => isDeepStrictEqual(one.path, path)) ?? { path };
    return { ...ours, settings: known.map(former), onlyWhere: known };
  },

  async keeps({ key }, { upstream, unseen }, world) {
    if (unseen) {
      const says = `nothing answers at ${upstream}, so what homeauth set is still in the app. Start it, then run homeauth apply, or homeauth uninstall again`;
      return { code: 'away', of: upstream, says };
    }
    if (await world.files.read(key.file)) return undefined;
    const says = `there is no key in ${key.file}, so what homeauth set stays in the app. Take it back there by hand`;
    return { code: 'left', of: upstream, says };
  },

  hint: (key) =>
    `The app answered that it took the settings, and shows others at ${placeOf(key)}: enter them by hand (homeauth app NAME).`,
};

const lost = (failure: Failure): Observed<AppApiFound> => ({
  is: 'unknown',
  because: { code: 'failed', says: 'it refuses the key' },
  failure,
  isLost: true,
});

const hiddenMark = ({ settings, hidden }: AppApiSpec): string =>
  markOf(settings.filter((one) => hidden.includes(nameOf(one))).map(({ value }) => value));

const blank = (key: string): AppApiSpec => {
  const place = placeOf(key);
  const at = place.indexOf('/');
  return {
    upstream: place.slice(0, at),
    read: place.slice(at),
    write: { method: 'PUT', path: place.slice(at), whole: false },
    key: { header: '', prefix: '', file: '' },
    hidden: [],
    settings: [],
    sent: '',
  };
};

/** Where it is dialled; nothing where its container does not run. */
async function viaOf(upstream: string, { docker }: Pick<World, 'docker'>): Promise<Via | undefined> {
  const { host, port } = addressIn(upstream);
  const found = containerBehind(inDocker(host), await docker.containers());
  if (host === hostName) return { host: '127.0.0.1', port };
  if (!found) return isPlain(host) ? undefined : { host, port };
  return found.owner.running ? docker.dialAddress(found.owner.name, port) : undefined;
}

async function keyIn(want: AppApiSpec, { files }: World): Promise<string | Failure | undefined> {
  const key = (await files.read(want.key.file))?.trim();
  return !key || /^[\x21-\x7e]+$/.test(key) ? key || undefined : noKey(want);
}

/** One request: with what is `sent`, or else a look. */
async function ask(world: World, want: AppApiSpec, secret: string, sent?: string) {
  const { upstream, tls, read: path, write, key } = want;
  const { host, port } = addressIn(upstream);
  const via = await viaOf(upstream, world);
  // Another machine may go by the name of a container that has gone.
  if (!via) throw silent(want);
  const authority = tls?.ca === undefined ? undefined : await world.files.read(tls.ca);
  const answer = world.http.dial({
    url: `${tls ? 'https' : 'http'}://${tls?.serverName ?? host}:${port}${sent === undefined ? path : write.path}`,
    method: sent === undefined ? 'GET' : write.method,
    headers: {
      host: upstream,
      accept: 'application/json',
      [key.header]: `${key.prefix}${secret}`,
      ...(sent !== undefined && { 'content-type': 'application/json' }),
    },
    ...(sent !== undefined && { body: sent }),
    ...(authority !== undefined && { authority }),
    secret: true,
    via,
  });
  return answer.catch((error: unknown) => {
    // Started anew in the middle, or not up yet.
    throw error instanceof Failure && error.code === 'no-answer' ? silent(want) : error;
  });
}

function read({ status, body }: HttpAnswer, want: AppApiSpec): readonly Setting[] | Failure {
  if (status === 401 || status === 403) return keyRefused(want, status);
  try {
    const there = JSON.parse(body) as object;
    const isIts = want.settings.length === 0 || want.settings.some(({ path: [first] }) => (first as string) in there);
    if (status !== 200 || !isIts) return otherApp(want, status);
    // A value where a group of them belongs is no settings of the app either.
    withSettings(body, 'json', want.settings);
    // What it tells in place of a secret says nothing.
    return readSettings(body, 'json', want.settings).map((setting) =>
      want.hidden.includes(nameOf(setting)) ? { path: setting.path } : setting,
    );
  } catch {
    return otherApp(want, status);
  }
}

/** The keys at the top that a setting is in. */
function topOf(text: string, settings: readonly Setting[]): string {
  const ours = settings.map(({ path: [first] }) => first);
  return JSON.stringify(
    Object.fromEntries(Object.entries(JSON.parse(text) as object).filter(([name]) => ours.includes(name))),
  );
}

const keyRefused = ({ upstream, key }: AppApiSpec, status: number): Failure =>
  new Failure({
    code: 'app-key-refused',
    problem: `The app at ${upstream} refuses the key in ${key.file}: ${status}.`,
    why: 'It has expired, was deleted, or is not of an administrator. All else was carried out.',
    fix: [
      `Make a new one in the app, write it into ${key.file}, then: homeauth apply`,
      `To leave the settings in the app as they are from now on: rm ${key.file}`,
    ],
  });

const noKey = ({ key }: AppApiSpec): Failure =>
  new Failure({
    code: 'app-key-refused',
    problem: `There is more than a key in ${key.file}.`,
    why: 'A key is a single word on a single line. Nothing was sent. All else was carried out.',
    fix: `Write the key alone into ${key.file}, then: homeauth apply`,
  });

/** How the world tells of a server that cannot prove who it is. */
const notProven = 'untrusted-certificate';

const unproven = ({ upstream, key, sent }: AppApiSpec): Failure =>
  new Failure({
    code: notProven,
    problem: `The key in ${key.file} was not sent to ${upstream}, because its certificate is not trusted.`,
    why: 'A server that cannot prove who it is may be somebody else. All else was carried out.',
    fix: [
      'Name the authority that signed it in homeauth.yaml (upstream-tls: ca), or a port of the app without TLS as its upstream; then: homeauth apply',
      `Or delete api-key-file in homeauth.yaml, and enter the settings by hand: homeauth app ${appOf({ sent })}`,
    ],
  });

const otherApp = ({ upstream, read: path, sent }: AppApiSpec, status: number): Failure =>
  new Failure({
    code: 'app-api-unknown',
    problem: `http://${upstream}${path} answers ${status}, and not with settings that homeauth can read.`,
    why: 'Another app answers there than its name says, or a release of it that has changed.',
    fix: `Correct upstream in homeauth.yaml, or delete api-key-file there and enter the settings by hand: homeauth app ${appOf({ sent })}`,
  });

const silent = ({ upstream }: AppApiSpec): Failure =>
  new Failure({
    code: 'app-api-silent',
    problem: `The app at ${upstream} runs, and did not answer.`,
    why: 'It is still starting, or was started anew in the middle.',
    fix: 'Look at its log; when it answers: homeauth apply',
  });

/** Its own words may quote what was sent. */
const refused = ({ upstream, write: { method, path }, sent }: AppApiSpec, status: number): Failure =>
  new Failure({
    code: 'app-api-refused',
    problem: `The app at ${upstream} did not take its settings: ${method} ${path} answers ${status}.`,
    why: 'It knows one of them by another name, or has a file of settings that goes before. Nothing in it was changed.',
    fix: `Delete api-key-file in homeauth.yaml and enter the settings by hand: homeauth app ${appOf({ sent })}`,
  });

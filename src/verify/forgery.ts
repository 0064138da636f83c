import { isGuarded } from '../config/app-login.ts';
import type { App, Config } from '../config/config.ts';
import { Failure } from '../model/failure.ts';
import { type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import type { Secret } from '../model/secret.ts';
import type { HttpAnswer } from '../world/world.ts';
import { type ProbeContext, sendProbe } from './probe.ts';
import { judgeStranger } from './stranger.ts';

/** Ways to write a header's name that some server behind Caddy takes for X-Authentik-Username. */
export const spellings: readonly ((name: string) => string)[] = [
  (name) => `X-Authentik-${name}`,
  (name) => `x-authentik-${name.toLowerCase()}`,
  (name) => `X-AUTHENTIK-${name.toUpperCase()}`,
  (name) => `X_Authentik_${name}`,
  (name) => `X-Authentik_${name}`,
  (name) => `X_Authentik-${name}`,
  (name) => `X.Authentik.${name}`,
  (name) => `X-Authentik.${name}`,
];

/** Headers in which apps look for a person when they stand behind another login than authentik's. */
export const others: readonly string[] = [
  ...['Remote-User', 'Remote-Groups', 'Remote-Email', 'Remote-Name', 'X-Remote-User', 'X-Remote-Group'],
  ...['X-Forwarded-User', 'X-Forwarded-Email', 'X-Forwarded-Groups', 'X-Forwarded-Preferred-Username'],
  ...['X-Auth-Request-User', 'X-Auth-Request-Email', 'X-Auth-Request-Groups', 'X-WebAuth-User', 'X-WebAuth-Email'],
];

/**
 * Can somebody say by themselves who they are, or which app they mean? Tried as a stranger; with the owner's session
 * too, where the app shows the headers that it gets.
 */
export async function proveForgery(context: ProbeContext, app: App, session?: Secret): Promise<Finding[]> {
  const url = `https://${app.host}/`;
  const forged = `forged${context.world.random.alphanumeric(12).reveal()}`;
  const probe = `seen${context.world.random.alphanumeric(12).reveal()}`;
  const forgedAs = (name: string) => `${forged}-${name.toLowerCase()}.`;
  // Those that its owner has chosen for it are what it believes.
  const usual = new Set(others.map((name) => name.toLowerCase()));
  const chosen = Object.keys(app.site?.identityHeaders ?? {}).filter((name) => !usual.has(name.toLowerCase()));
  const count = `${spellings.length + others.length + chosen.length} names tried`;
  const groups = [...spellings.map((spell) => [spell('Username'), spell('Groups')]), [...others, ...chosen]];
  const tries = groups.flatMap((names) => {
    const headers = Object.fromEntries(names.map((name) => [name, forgedAs(name)]));
    const as = session ? [undefined, session] : [undefined];
    return as.map((who) => ({ names, who, headers }));
  });
  const answers = await Promise.all(
    tries.map(async ({ names, who, headers }) => {
      const all = { ...headers, 'X-Homeauth-Probe': probe, ...(who && { Cookie: who.reveal() }) };
      return { names, who, answer: await sendProbe(context, { url, headers: all }) };
    }),
  );
  const common = { id: 'forged', title: 'forged identity headers do not reach it' };
  const bodyOf = (answer: HttpAnswer | Failure) => (answer instanceof Failure ? '' : answer.body);
  const through = answers.flatMap(({ names, who, answer }) => {
    const seen = names.filter((name) => bodyOf(answer).includes(forgedAs(name)));
    // An app that asks by itself answers everybody.
    const isOpen = isGuarded(app) && !who && !(answer instanceof Failure) && answer.status < 300;
    return seen.length === 0 && isOpen ? names.slice(0, 1) : seen.slice(0, 1);
  });
  if (through.length > 0) {
    const names = [...new Set(through)].join(', ');
    return [
      wrong({ ...common, answer: names }, 'fail', {
        problem: `A forged header reaches ${app.name}: ${names}.`,
        why: 'Whoever sends it is taken for any user they name.',
        fix: 'homeauth apply, which puts its part of Caddy back, and use the newest Caddy (docker exec … caddy version)',
      }),
    ];
  }
  if (!isGuarded(app)) return [ok({ ...common, answer: count })];
  const verdicts = answers.filter(({ who }) => !who).map(({ answer }) => judgeStranger(answer, app, context));
  const unclear = verdicts.flatMap((verdict) => (verdict.is === 'wrong' ? [verdict.issue.problem] : []));
  if (unclear.length > 0) {
    const isNone = unclear.length === verdicts.length;
    const says = isNone
      ? `${app.host} does not ask a stranger for a login yet.`
      : `${unclear.length} of ${verdicts.length} tries cannot be judged. ${unclear[0]}`;
    const all = isNone ? 'They do not ask a stranger for a login yet.' : 'Some tries cannot be judged.';
    const family = { is: isNone ? 'open' : 'unclear', name: app.name, because: all };
    return [skip({ ...common, family }, unseen(says))];
  }
  const named = otherHost(app, context.config);
  const judged = await sendProbe(context, { url, headers: { 'X-Forwarded-Host': named } });
  if (!(judged instanceof Failure) && judged.status < 500 && judgeStranger(judged, app, context).is === 'wrong') {
    return [
      wrong({ ...common, answer: 'X-Forwarded-Host' }, 'fail', {
        problem: `A visitor of ${app.name} can name ${named} to authentik, and is then checked by the rules of that app.`,
        why: 'Your Caddyfile trusts them as a proxy.',
        fix: [
          'Put back what keeps this shut:  homeauth apply',
          'Trust only proxies that are yours: trusted_proxies in your Caddyfile.',
        ],
      }),
    ];
  }
  const shown = answers.some(({ who, answer }) => who && bodyOf(answer).includes(probe));
  return [ok({ ...common, answer: shown ? `${count}, with a session too` : count })];
}

/** A name that authentik knows, and that is not this app's. */
function otherHost(app: App, { apps, authHost }: Config): string {
  return apps.find((one) => one.host !== app.host && one.mode === 'app' && isGuarded(one))?.host ?? authHost;
}

/** A proxy drops what the header Connection names, as meant for itself alone. */
const stripping = 'close, X-Authentik-Username, X-Authentik-Groups, X-Authentik-Meta-App';

/**
 * Can somebody who is logged in take off who they are, and be a guest to the app? Seen where the app shows the headers
 * that it gets.
 */
export async function proveStripped(context: ProbeContext, app: App, session: Secret): Promise<Finding[]> {
  const isKnown = async (more: Readonly<Record<string, string>>) => {
    const headers = { ...more, Cookie: session.reveal() };
    const answer = await sendProbe(context, { url: `https://${app.host}/`, headers });
    return !(answer instanceof Failure) && answer.status < 300 && /^X-Authentik-Username: ./im.test(answer.body);
  };
  if (!(await isKnown({}))) return [];
  const common = { id: 'stripped', title: 'a logged-in user cannot appear as a guest' };
  if (await isKnown({ Connection: stripping })) return [ok(common)];
  return [
    wrong({ ...common, answer: 'Connection' }, 'fail', {
      problem: `With the header Connection a logged-in user can hide from ${app.name} who they are, and appear as a guest.`,
      fix: 'homeauth apply, which puts its part of Caddy back',
    }),
  ];
}

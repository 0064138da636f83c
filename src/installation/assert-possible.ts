import { asksByLdap } from '../config/app-login.ts';
import { writtenIn } from '../config/app-settings.ts';
import type { App, Config, OnlySso } from '../config/config.ts';
import { mappingsMade } from '../desired/scope-mappings.ts';
import { Failure } from '../model/failure.ts';
import { type Era, isOlder } from '../model/release.ts';

/**
 * To be called before anything is wanted of authentik.
 * @throws Failure pictures-release, ldap-release, oidc-release, oidc-undescribed, oidc-public, oidc-mapping, oidc-group, only-sso-not-possible, settings-not-written where an app cannot be made to log in so
 */
export function assertSpeakable(
  { apps, authentik, brandLogo, brandFavicon }: Config,
  { line, oauth2 }: Era,
  source: string,
): void {
  const shows =
    brandLogo !== undefined || brandFavicon !== undefined || apps.some(({ tile }) => tile?.icon !== undefined);
  if (shows && isOlder(line, '2025.12')) throw tooOldForPictures(authentik.version);
  for (const app of apps) {
    if (asksByLdap(app) && isOlder(line, '2025.12')) throw tooOldForLdap(app, authentik.version);
    if (app.oidc) {
      if (!oauth2) throw tooOld(app, authentik.version);
      const returns = app.oidc.redirectUris.filter(({ type }) => type === 'authorization');
      // What stands in braces is left for an id that the app itself invents.
      if (returns.length === 0 || returns.some(({ url }) => /\{[A-Za-z]+\}/.test(url))) throw undescribed(app, source);
      if (app.oidc.client === 'public' && app.oidc.pkce !== 'sends') throw withoutChallenge(app, source);
    }
    const { file, commands, api, lacksGroup } = writtenIn(app) ?? {};
    if ([file, commands, api].some((one) => one && !('settings' in one))) throw notWritten(app, source);
    if (app.oidc?.onlySso && !isAble(app.oidc.onlySso)) throw passwordsStay(app, app.oidc.onlySso, source);
    if (lacksGroup) throw withoutGroup(app);
    const unmade = app.oidc?.extraMappings.find((name) => !mappingsMade.includes(name));
    if (unmade !== undefined) throw mappingUnmade(app, unmade, source);
  }
}

const withoutGroup = ({ name }: App): Failure =>
  new Failure({
    code: 'oidc-group',
    problem: `The settings of ${name} name the group of the people who may use it, and ${name} has no group.`,
    why: 'homeauth does not choose one: the app would let in other people than you mean.',
    fix: [
      `Name one: homeauth add-app ${name} --group GROUP`,
      'Where it is in homeauth.yaml already, write group: GROUP into its entry.',
    ],
  });

const isAble = ({ env, file, commands, api }: OnlySso): boolean =>
  env !== undefined || [file, commands, api].some((one) => one && 'settings' in one);

function passwordsStay({ name, title }: App, { lacks, byHand }: OnlySso, source: string): Failure {
  return new Failure({
    code: 'only-sso-not-possible',
    problem: `homeauth cannot switch off the passwords that ${title} has of its own.`,
    why: lacks
      ? `It may not change the settings of ${title}: there is no ${lacks} below oidc of ${name} in ${source}.`
      : byHand === undefined
        ? `It does not know how ${title} does that.`
        : `What is known of it: ${byHand}.`,
    fix: lacks
      ? `Write ${lacks} there (homeauth app ${name} says what belongs there), run homeauth apply, and then the same command again.`
      : `Where ${title} has a switch for it, use that by hand. Delete only-sso of ${name} in ${source}, if it is there.`,
  });
}

const tooOldForPictures = (release: string): Failure =>
  new Failure({
    code: 'pictures-release',
    problem: `homeauth puts pictures into authentik from 2025.12 on, not in ${release}.`,
    why: 'Before, authentik took them by other ways, which homeauth does not use.',
    fix: 'Take a newer release (authentik: version:), or delete icon below tile, and logo and favicon below brand.',
  });

const tooOldForLdap = ({ name }: App, release: string): Failure =>
  new Failure({
    code: 'ldap-release',
    problem: `${name} is to log in by LDAP, and homeauth sets that up from authentik 2025.12 on, not in ${release}.`,
    why: 'Before, the right to search could not be given to a single account.',
    fix: 'Take a newer release (authentik: version:), or write login: forward-auth.',
  });

const notWritten = ({ name }: App, source: string): Failure =>
  new Failure({
    code: 'settings-not-written',
    problem: `homeauth cannot write the settings of ${name} in this way.`,
    why: 'The app takes them otherwise, its file is a program, it takes a secret in a command line alone, or a value is known to the app alone.',
    fix: `Delete settings-in or api-key-file of ${name} in ${source}, and enter them by hand: homeauth app ${name}`,
  });

const tooOld = ({ name }: App, release: string): Failure =>
  new Failure({
    code: 'oidc-release',
    problem: `${name} is to log in by OpenID Connect, and homeauth sets that up from authentik 2024.12 on, not in ${release}.`,
    fix: 'Take a newer release (authentik: version:), or write login: forward-auth.',
  });

const undescribed = ({ name }: App, source: string): Failure =>
  new Failure({
    code: 'oidc-undescribed',
    problem: `${source} says login: oidc of ${name}, and not where authentik may send people back to.`,
    why: 'Either homeauth knows no app by that name, or the address has an id in it that the app itself invents.',
    fix: [
      'Look in the documentation of the app for its redirect URI (or callback URL), and write below its entry:',
      '    oidc:',
      '      redirect-uris:',
      '        - url: https://{host}/…',
    ],
  });

const mappingUnmade = ({ name }: App, mapping: string, source: string): Failure =>
  new Failure({
    code: 'oidc-mapping',
    problem: `${name} needs to be told more of people than homeauth can have authentik tell it yet: ${mapping}.`,
    why: 'Without it, the app refuses people, or makes accounts that are not right.',
    fix: `Write login: forward-auth for ${name} in ${source}, or: homeauth add-app ${name} --login forward-auth`,
  });

const withoutChallenge = ({ name }: App, source: string): Failure =>
  new Failure({
    code: 'oidc-public',
    problem: `${name} keeps no secret, and is not known to send a challenge (PKCE) either.`,
    why: 'Whoever gets hold of a code could come in with it.',
    fix: `If it does send one, write pkce: sends below oidc of ${name} in ${source}. Else write login: forward-auth.`,
  });

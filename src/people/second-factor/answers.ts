import { readOtpauth } from '../../formats/otpauth.ts';
import { qrMatrix } from '../../formats/qr.ts';
import { Failure } from '../../model/failure.ts';
import type { Matrix, Otpauth } from '../../model/second-factor.ts';
import type { Answer, Challenge, Credentials } from '../../world/authentik/flow.ts';

/** What somebody sees and is asked while a second factor is set up. */
export interface Guide {
  /** A code of a second factor that they have already. */
  askCode(): Promise<string>;
  /** Shows what an app has to know, where that does not stand there already, and asks for the code that it then shows. */
  askFirstCode(app: Otpauth, show: Matrix | undefined): Promise<string>;
  /** The code was not taken, and none is for so many seconds: returns when they are over. */
  refused(seconds: number): Promise<void>;
  /** authentik took the first code. */
  appReady(app: Otpauth): void;
  /** Shows the recovery codes; returns when they are stored. */
  keepCodes(codes: readonly string[]): Promise<void>;
}

export interface Answers {
  readonly beyond: NonNullable<Credentials['beyond']>;
  /** To be called when a flow has come to its end: its last answer was taken. */
  over(): void;
}

/** What a person says to authentik's questions about a second factor. Source: recording 05. */
export function answersOf(username: string, guide: Guide): Answers {
  let app: Otpauth | undefined;
  let refusals = 0;
  const over = () => {
    if (app) guide.appReady(app);
    app = undefined;
  };

  async function firstCode({ config_url = '' }: Challenge): Promise<Answer> {
    const known = app?.uri;
    app = readOtpauth(config_url);
    if (!app) throw unreadable();
    return { code: await guide.askFirstCode(app, app.uri === known ? undefined : qrMatrix(app.uri)) };
  }

  async function validated({ device_challenges: have = [], configuration_stages: stages = [] }: Challenge) {
    const classes = have.map(({ device_class }) => device_class);
    if (classes.length === 0) {
      const stage = stages.find(({ meta_model_name }) =>
        meta_model_name.startsWith('authentik_stages_authenticator_totp'),
      );
      return stage && { selected_stage: stage.pk };
    }
    if (!classes.some((one) => one === 'totp' || one === 'static')) throw elsewhere(username, classes);
    return { code: await guide.askCode() };
  }

  return {
    over,
    async beyond(challenge) {
      const isRefused = Object.keys(challenge.response_errors ?? {}).length > 0;
      refusals = isRefused ? refusals + 1 : 0;
      // After the first wrong code authentik takes none for 1 s, then for 2 s, 4 s …
      if (isRefused) await guide.refused(2 ** (refusals - 1));
      const { component } = challenge;
      if (component === 'ak-stage-authenticator-totp') return firstCode(challenge);
      over();
      if (component === 'ak-stage-authenticator-validate') return validated(challenge);
      if (component !== 'ak-stage-authenticator-static') return undefined;
      await guide.keepCodes(challenge.codes ?? []);
      return {};
    },
  };
}

const unreadable = (): Failure =>
  new Failure({
    code: 'flow-error',
    problem: 'authentik requires an authenticator app to be set up, but gives no secret for it.',
    fix: 'See what authentik logged at that moment: docker logs --tail 50 authentik',
  });

const elsewhere = (username: string, classes: readonly string[]): Failure =>
  new Failure({
    code: 'second-factor-elsewhere',
    problem: `${username} logs in with a second factor that a terminal cannot use: ${classes.join(', ')}.`,
    why: 'To add an app and recovery codes, the user must be logged in.',
    fix: `Add them in a browser, in authentik's settings under MFA Devices, or start anew: homeauth user reset-2fa ${username}`,
  });

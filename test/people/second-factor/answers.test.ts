import { describe, expect, test } from 'vitest';
import { answersOf, type Guide } from '../../../src/people/second-factor/answers.ts';
import { failing } from '../../kinds/sso.ts';

const totp = { pk: 'a', meta_model_name: 'authentik_stages_authenticator_totp.authenticatortotpstage' };
const codes = { pk: 'b', meta_model_name: 'authentik_stages_authenticator_static.authenticatorstaticstage' };
const validate = (classes: readonly string[], stages = [codes, totp]) => ({
  component: 'ak-stage-authenticator-validate',
  device_challenges: classes.map((device_class) => ({ device_class })),
  configuration_stages: stages,
});
const setup = (secret: string, more = {}) => ({
  component: 'ak-stage-authenticator-totp',
  config_url: `otpauth://totp/authentik%3Ahelen?secret=${secret}&algorithm=SHA1&digits=6&period=30&issuer=authentik`,
  ...more,
});
const wrong = { response_errors: { code: [{ string: 'Code does not match', code: 'invalid' }] } };

/** A guide that writes down what happens. */
function guided() {
  const told: string[] = [];
  const guide: Guide = {
    async askCode() {
      told.push('code?');
      return '123456';
    },
    async askFirstCode({ secret }, show) {
      told.push(show ? `${secret} shown` : secret);
      return '654321';
    },
    refused: async (seconds) => void told.push(`refused for ${seconds} s`),
    appReady: ({ secret }) => void told.push(`${secret} ready`),
    keepCodes: async (all) => void told.push(`keep ${all}`),
  };
  return { told, ...answersOf('helen', guide) };
}

describe("authentik's questions about a second factor", () => {
  test('of several things to set up the app is chosen, wherever it stands', async () => {
    const { beyond } = guided();
    expect(await beyond(validate([]))).toEqual({ selected_stage: 'a' });
    expect(await beyond(validate([], [codes]))).toBeUndefined();
  });

  test.each([[['totp']], [['static']], [['webauthn', 'totp']]])('%s: a code is asked for', async (classes) => {
    expect(await guided().beyond(validate(classes))).toEqual({ code: '123456' });
  });

  test('a passkey alone cannot be used here', async () => {
    const failure = await failing(guided().beyond(validate(['webauthn'])));
    expect(failure.code).toBe('second-factor-elsewhere');
    expect(failure.fix).toContain('homeauth user reset-2fa helen');
  });

  test('the wait doubles with each refusal, and begins anew after a code that was taken', async () => {
    const { beyond, told, over } = guided();
    for (const more of [{}, wrong, wrong, wrong]) await beyond(setup('ABC', more));
    over();
    await beyond(validate(['totp']));
    await beyond({ ...validate(['totp']), ...wrong });
    expect(told).toEqual([
      'ABC shown',
      'refused for 1 s',
      'ABC',
      'refused for 2 s',
      'ABC',
      'refused for 4 s',
      'ABC',
      'ABC ready',
      'code?',
      'refused for 1 s',
      'code?',
    ]);
  });

  test('a secret that was made anew is shown anew', async () => {
    const { beyond, told } = guided();
    await beyond(setup('ABC'));
    await beyond(setup('XYZ'));
    expect(told).toEqual(['ABC shown', 'XYZ shown']);
  });

  test('the app is told to be ready as soon as the next question comes', async () => {
    const { beyond, told } = guided();
    await beyond(setup('ABC'));
    expect(await beyond({ component: 'ak-stage-authenticator-static', codes: ['one', 'two'] })).toEqual({});
    expect(told).toEqual(['ABC shown', 'ABC ready', 'keep one,two']);
  });

  test('what it is not about, it does not answer', async () => {
    expect(await guided().beyond({ component: 'ak-stage-authenticator-sms' })).toBeUndefined();
  });
});

import type { Runtime } from '../../installation/command-runtime.ts';
import { stopped } from '../../model/failure.ts';
import type { Guide } from '../../people/second-factor/answers.ts';
import { prose, row } from '../../report/layout.ts';
import { appSetup, recoveryCodes } from '../../report/second-factor.ts';
import type { Screen } from '../screen.ts';

/** Only a person at a terminal can answer these: no flag does. */
const flag = '(in a terminal, by hand)';
const plain = (code: string): string => code.replaceAll(/[\s-]/g, '');

/** Leads somebody through the setup of a second factor, at the terminal they sit at and nowhere else. */
export function enrolmentPrompts({ terminal, world, signal }: Runtime, username: string, screen: Screen): Guide {
  const { style } = screen;
  const done = (text: string) => screen.say(style.marked('done', text));
  return {
    askCode: async () =>
      plain(
        await terminal.ask({
          message: `Code of ${username}'s app, or a recovery code`,
          flag,
          ifStopped: 'Nothing was changed.',
          validate: (value) =>
            /^(?:\d{6,8}|[A-Za-z0-9]{12,})$/.test(plain(value))
              ? undefined
              : 'Six digits of the app, or one of the recovery codes.',
        }),
      ),

    async askFirstCode(app, matrix) {
      if (matrix) screen.say(appSetup(app, matrix, style));
      const { digits } = app;
      const code = await terminal.ask({
        message: 'Code that the app shows',
        flag,
        ifStopped: 'No app was set up: take the new entry out of it again.',
        validate: (value) =>
          new RegExp(`^\\d{${digits}}$`).test(plain(value)) ? undefined : `${digits} digits, please; spaces are fine.`,
      });
      return plain(code);
    },

    async refused(seconds) {
      const words = `The code was not taken. After a wrong one authentik refuses even the right one, now for ${seconds} s; with each further wrong one for twice as long.`;
      screen.say(row(style, { mark: style.mark('look'), text: words }).join('\n'));
      for (let left = seconds; left > 0; left--) {
        if (signal.aborted) throw stopped('. No app was set up.');
        terminal.live(style.marked('wait', `${left} s until the next code can be typed`));
        await world.clock.sleep(1000);
      }
      terminal.live(undefined);
    },

    appReady({ period }) {
      done('the authenticator app is set up');
      screen.say(prose(`The code just used cannot log in: wait for the next one, at most ${period} s.`, style));
    },

    async keepCodes(codes) {
      screen.say(recoveryCodes(codes, style));
      const question = {
        message: 'Are they stored?',
        initial: false,
        flag,
        ifStopped: `The recovery codes above were not saved, and are worth nothing. homeauth user enroll-2fa ${username} shows new ones.`,
      };
      while (!(await terminal.confirm(question))) screen.say('Nobody can show them again. Take your time.');
    },
  };
}

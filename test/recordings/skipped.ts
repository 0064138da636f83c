import type { Exchange } from './exchange.ts';

const lines = (file: string, from: number, to: number, reason: string): [string, string][] =>
  Array.from({ length: to - from + 1 }, (_, index) => [`${file}:${from + index}`, reason]);

const BLUEPRINTS = 'the stand-in makes no blueprint instances of its own (501)';
const READING = 'a reading aid of the recorder, not something that homeauth asks for';
const OTHER = 'recorded on another stack whose objects are not in this recording';

/** What is not played at all, with the reason. Every other exchange has to answer as recorded. */
export const SKIPPED: ReadonlyMap<string, string> = new Map([
  ...lines('10-extras', 7, 17, BLUEPRINTS),
  ...lines('10-extras', 18, 18, 'set_password_hash is not built'),
  ...lines('10-extras', 25, 25, 'used_by of a user is not built'),
  ...lines('10-extras', 62, 62, READING),
  ...lines('10-extras', 69, 73, READING),
  ...lines('10-extras', 75, 79, OTHER),
  ...lines('05-second-factor', 81, 81, 'the number of a device that the recording never shows'),
  ...lines('06-recovery-invitation', 64, 64, 'the list of available blueprint files is not built'),
  ...lines(
    '06-recovery-invitation',
    114,
    115,
    'received by SMTP; the stand-in’s mails are read in standin-mail.test.ts',
  ),
  ...lines('07-oauth2', 45, 45, 'the default settings of an outpost are not built'),
  ...lines('07-oauth2', 50, 50, 'connections to other Docker hosts are not built'),
  ...lines('09-restarts-and-worker', 28, 29, 'restart of the worker and `ak apply_blueprint`: commands in a container'),
  ...lines('09-restarts-and-worker', 30, 37, 'the docker proxy resets connections; this server listens at once'),
  ...lines('09-restarts-and-worker', 58, 63, 'PostgreSQL on its way up answers like PostgreSQL down'),
  ...lines('09-restarts-and-worker', 69, 69, '`ak apply_blueprint`: a command in a container'),
  ...lines('09-restarts-and-worker', 74, 74, 'the list of available blueprint files is not built'),
  ...lines('09-restarts-and-worker', 76, 76, 'the list of workers just after a start was a matter of luck'),
  ...lines('08-setup-closed', 1, 8, 'the docker proxy resets connections; this server listens at once'),
]);

export const isPlayed = (one: Exchange): boolean => !SKIPPED.has(`${one.file}:${one.line}`);

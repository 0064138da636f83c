import type { Mail } from '../config/config.ts';
import { stackOf } from '../desired/stack.ts';
import type { Installation } from '../installation/installation.ts';
import { survey } from '../installation/survey.ts';
import { Failure } from '../model/failure.ts';
import { worker } from './dialogue.ts';

/** The mail settings of homeauth.yaml. @throws Failure mail-not-set, with what is to be written */
export function mailOf({ config, source }: Pick<Installation, 'config' | 'source'>): Mail {
  if (config.mail) return config.mail;
  throw new Failure({
    code: 'mail-not-set',
    problem: 'authentik sends no mail: homeauth.yaml names no mail server.',
    details: [
      'mail:',
      '  host: smtp.example.com',
      '  username: helen@example.com',
      '  password-file: /root/smtp-password',
      '  from: helen@example.com',
    ].join('\n'),
    fix: `Write lines like these into ${source}, then: homeauth apply && homeauth mail test YOU@example.com`,
  });
}

/** @throws Failure where the worker does not run, or was started before the settings of today were written */
export async function assertCarried(installation: Installation): Promise<void> {
  const { config, era, layout, world } = installation;
  const details = await world.docker.container(worker);
  if (!details?.running) {
    throw new Failure({
      code: 'worker-stopped',
      problem: `${worker} does not run, and it sends the mail.`,
      fix: 'homeauth apply',
    });
  }
  const values = stackOf(config, era, layout, await survey(installation)).values[layout.env] ?? {};
  const names = Object.keys({ ...values, ...details.environment }).filter((name) =>
    name.startsWith('AUTHENTIK_EMAIL__'),
  );
  const old = names.filter((name) => details.environment[name] !== values[name]?.reveal());
  if (old.length === 0) return;
  throw new Failure({
    code: 'mail-settings-old',
    problem: `${worker} still has other mail settings than homeauth.yaml.`,
    why: `They are read when it starts. Different: ${old.join(', ')}.`,
    fix: 'homeauth apply',
  });
}

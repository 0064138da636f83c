import { z } from 'zod';
import { checkAbsolutePath } from './directory.ts';
import { checkEmail } from './person.ts';
import { type Refusal, text } from './refusal.ts';

/** What runs by itself, by `homeauth schedule`. */
export const jobs = ['backup', 'doctor', 'drill'] as const;
export type Job = (typeof jobs)[number];

const file = (description: string) => text(checkAbsolutePath).meta({ description });
const monitor = (whose: string) =>
  z
    .strictObject({
      backup: file('Absolute path of a file whose only line is the address for the copy every night.').optional(),
      doctor: file('The same for the look for problems every day.').optional(),
      drill: file('The same for the drill every month.').optional(),
    })
    .meta({
      description: `Monitors of ${whose}, one for each timer: told of every run, so that they notice one that never came.`,
    });

/** `notify` of homeauth.yaml: who is told of problems that the timers find. */
export const notifyFile = z
  .strictObject({
    mail: z
      .array(text(checkEmail))
      .min(1)
      .optional()
      .meta({
        description: 'Addresses that get a mail, by the mail server in `mail`.',
        examples: [['helen@example.com']],
      }),
    ntfy: z
      .strictObject({
        'url-file': file('Absolute path of a file whose only line is the address of the topic.'),
        'token-file': file('Absolute path of a file whose only line is an access token.').optional(),
      })
      .optional()
      .meta({ description: 'A topic of ntfy.' }),
    gotify: z
      .strictObject({
        url: text(checkUrl).meta({ description: 'Its address.', examples: ['https://gotify.example.com'] }),
        'token-file': file('Absolute path of a file whose only line is the token of an application.'),
      })
      .optional()
      .meta({ description: 'A server of Gotify.' }),
    webhook: z
      .strictObject({ 'url-file': file('Absolute path of a file whose only line is the address.') })
      .optional()
      .meta({ description: 'An address that is sent JSON.' }),
    healthchecks: monitor('Healthchecks').optional(),
    'uptime-kuma': monitor('Uptime Kuma (push)').optional(),
  })
  .meta({ description: 'Who is told of problems that the timers of `homeauth schedule` find, and of recoveries.' });

/** Who is told, with the paths of files for what is secret. */
export interface Notify {
  readonly mail?: readonly string[];
  readonly ntfy?: { readonly url: string; readonly token?: string };
  readonly gotify?: { readonly address: string; readonly token: string };
  readonly webhook?: { readonly url: string };
  readonly healthchecks?: Monitors;
  readonly 'uptime-kuma'?: Monitors;
}

/** Paths of files with addresses. */
export type Monitors = { readonly [J in Job]?: string };

/** `notify` as the rest of homeauth wants it. */
export function notifyOf(given: z.output<typeof notifyFile> | undefined): Notify {
  const { mail, ntfy, gotify, webhook, healthchecks, 'uptime-kuma': kuma } = given ?? {};
  return {
    ...(mail && { mail }),
    ...(ntfy && { ntfy: { url: ntfy['url-file'], ...(ntfy['token-file'] && { token: ntfy['token-file'] }) } }),
    ...(gotify && { gotify: { address: gotify.url.replace(/\/+$/, ''), token: gotify['token-file'] } }),
    ...(webhook && { webhook: { url: webhook['url-file'] } }),
    ...(healthchecks && { healthchecks: healthchecks as Monitors }),
    ...(kuma && { 'uptime-kuma': kuma as Monitors }),
  };
}

/** Files that hold a secret of those who are told. */
export function notifyFiles({ ntfy, gotify, webhook, healthchecks, 'uptime-kuma': kuma }: Notify): readonly string[] {
  return [
    ...(ntfy ? [ntfy.url, ...(ntfy.token ? [ntfy.token] : [])] : []),
    ...(gotify ? [gotify.token] : []),
    ...(webhook ? [webhook.url] : []),
    ...Object.values(healthchecks ?? {}),
    ...Object.values(kuma ?? {}),
  ];
}

/** An address to ask, without what is secret in one. */
function checkUrl(value: string): Refusal | undefined {
  const fix = 'Write it like https://gotify.example.com';
  if (!URL.canParse(value) || !/^https?:\/\/[^/]/.test(value)) return { problem: 'is no http or https address', fix };
  const { username, password, search, hash } = new URL(value);
  if (username || password) return { problem: 'has a name or a password in it', fix };
  if (search || hash) return { problem: 'has a ? or a # in it', fix };
  return undefined;
}

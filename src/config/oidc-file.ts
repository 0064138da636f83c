import { z } from 'zod';
import { writtenKeys } from './app-settings-file.ts';
import { checkAbsolutePath } from './directory.ts';
import { type Refusal, text } from './refusal.ts';

const redirectUri = z.strictObject({
  url: text(checkReturnAddress).meta({
    description: 'The address, to the letter; `{host}` stands for the host of the app.',
    examples: ['https://{host}/oauth2/callback'],
  }),
  'matching-mode': z.enum(['strict', 'regex']).default('strict').meta({
    description: '`regex`: a pattern that has to match all of it.',
  }),
});

/** How an app of one's own speaks OpenID Connect, by the keys of the catalogue. Each goes before what that says. */
export const ownOidc = z
  .strictObject({
    'redirect-uris': z.array(redirectUri).optional().meta({
      description: 'Where authentik may send people back to: the documentation of the app says.',
      'x-default': 'what the catalogue says of the app',
    }),
    'post-logout': z.array(text(checkReturnAddress)).optional().meta({
      description: 'Where people land after logging out. Only for an app that sends the `id_token_hint`.',
      'x-default': 'what the catalogue says of the app',
    }),
    ...writtenKeys,
    'api-key-file': text(checkAbsolutePath)
      .optional()
      .meta({
        description:
          'A file with the key of an administrator of the app, for an app that takes its settings by an HTTP API (Immich, Audiobookshelf, Portainer). homeauth sets its own values there and leaves all others as they are. Without the file it neither looks nor changes anything.',
        examples: ['/root/immich.key'],
        'x-default': 'nothing is set; `homeauth app NAME` says what to enter',
      }),
    'only-sso': z.boolean().default(false).meta({
      description:
        "Switch the app's own passwords off, so that people get in by authentik alone. `homeauth app NAME --only-sso` writes this, after it has proven that you get in as an administrator.",
    }),
    scopes: z
      .array(z.string())
      .optional()
      .meta({
        description: 'What the app may ask for.',
        examples: [['openid', 'profile', 'email']],
        'x-default': 'what the catalogue says of the app, else openid, profile and email',
      }),
    client: z.enum(['confidential', 'public']).optional().meta({
      description: '`public`: the app keeps no secret, and has to send a challenge (PKCE).',
      'x-default': 'what the catalogue says of the app, else confidential',
    }),
    grants: z
      .array(z.enum(['authorization_code', 'refresh_token', 'implicit']))
      .optional()
      .meta({
        description: 'Ways to a token that the app may take.',
        'x-default': 'what the catalogue says of the app, else authorization_code',
      }),
    pkce: z.enum(['sends', 'none', 'unknown']).optional().meta({
      description: 'Whether the app sends a challenge.',
      'x-default': 'what the catalogue says of the app, else unknown',
    }),
    'subject-mode': z
      .enum(['hashed_user_id', 'user_id', 'user_uuid', 'user_username', 'user_email', 'user_upn'])
      .optional()
      .meta({
        description: 'What the app knows an account by: chosen once, another one later makes second accounts.',
        'x-default': 'what the catalogue says of the app, else hashed_user_id',
      }),
    'access-token-validity': z
      .string()
      .regex(/^(hours|minutes)=\d+$/)
      .optional()
      .meta({
        description: "How long an access token lives, in authentik's words.",
        examples: ['hours=1'],
        'x-default': 'what the catalogue says of the app, else hours=1',
      }),
  })
  .meta({ description: 'How the app speaks OpenID Connect. Only with `login: oidc`.' });

/** Schemes that authentik refuses: a browser would run what follows them. */
const forbidden = ['javascript:', 'data:', 'vbscript:'];

/** Where authentik may send people back to. `{host}` is filled in; a pattern need not be an address. */
function checkReturnAddress(value: string): Refusal | undefined {
  const foreign = /\{(?!host\}|hostRegex\})[A-Za-z]+\}/.exec(value)?.[0];
  if (/\s/.test(value) || value === '') {
    return { problem: 'has a space in it', fix: 'Write the whole address, such as https://{host}/oauth2/callback' };
  }
  if (foreign !== undefined) {
    const fix = 'Write {host} for the host of the app, and everything else as it is.';
    return { problem: `contains ${foreign}, which is no placeholder`, fix };
  }
  const filled = value.replaceAll('{host}', 'host.invalid').replaceAll('{hostRegex}', 'host.invalid');
  const isPattern = filled.startsWith('^');
  if (!isPattern && !/^[a-z][a-z0-9+.-]*:/i.test(filled)) {
    return { problem: 'does not begin with https:// or another scheme', fix: `Write https://{host}/… in front of it.` };
  }
  if (forbidden.some((scheme) => filled.toLowerCase().startsWith(scheme))) {
    return { problem: 'begins with a scheme that authentik refuses', fix: 'Write the address that the app says.' };
  }
  return undefined;
}

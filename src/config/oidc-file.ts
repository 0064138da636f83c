import { z } from 'zod';
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

function checkPlace(value: string): Refusal | undefined {
  if (/^[a-zA-Z0-9][\w.-]*(:(\/(?!\.\.?(\/|$))[^\s/]+)+)?$/.test(value)) return undefined;
  return {
    problem: 'is no file in a container, and no container',
    fix: 'Write CONTAINER:PATH as docker cp takes it, such as synapse:/data/homeserver.yaml; for an app that is set by commands of its own, its container alone.',
  };
}

function checkOverride(value: string): Refusal | undefined {
  if (/\/(docker-)?compose\.override\.ya?ml$/.test(value)) return checkAbsolutePath(value);
  return {
    problem: 'is no file that Compose reads beside a compose file',
    fix: 'Write its whole path, such as /opt/miniflux/compose.override.yaml or /opt/miniflux/docker-compose.override.yml',
  };
}

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
    'settings-in': text(checkPlace)
      .optional()
      .meta({
        description:
          'A file of settings in the container of the app, as `CONTAINER:PATH`. homeauth sets its own values there, leaves all others as they are, and restarts the container. For an app that is set by commands of its own (Nextcloud): the container in which homeauth runs them.',
        examples: ['synapse:/data/homeserver.yaml', 'nextcloud'],
        'x-default': 'nothing is written; `homeauth app NAME` says what to enter',
      }),
    'api-key-file': text(checkAbsolutePath)
      .optional()
      .meta({
        description:
          'A file with the key of an administrator of the app, for an app that takes its settings by an HTTP API (Immich, Audiobookshelf, Portainer). homeauth sets its own values there and leaves all others as they are. Without the file it neither looks nor changes anything.',
        examples: ['/root/immich.key'],
        'x-default': 'nothing is set; `homeauth app NAME` says what to enter',
      }),
    'compose-override': z
      .strictObject({
        file: text(checkOverride).meta({
          description: 'The file, in the folder of the compose file. `add-app` writes this.',
          examples: ['/opt/miniflux/compose.override.yaml'],
        }),
        service: z
          .string()
          .regex(/^[a-zA-Z0-9._-]+$/)
          .meta({ description: 'What the app is called in its compose file.' }),
      })
      .optional()
      .meta({
        description:
          'homeauth writes the lines for the compose file of the app (variables, authorities) into a file of their own beside it, which Compose reads, too. It never runs Compose. The file goes with the app while it is unchanged.',
        'x-default': 'nothing is written; `homeauth app NAME` says what belongs into the compose file',
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
    return { problem: `has ${foreign} in it, which stands for nothing here`, fix };
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

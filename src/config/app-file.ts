import { z } from 'zod';
import { checkAppName } from './app-name.ts';
import { checkAbsolutePath } from './directory.ts';
import { checkHostName } from './host-name.ts';
import { ownOidc } from './oidc-file.ts';
import { checkOpenPath } from './open-path.ts';
import { checkTitle } from './person.ts';
import { text } from './refusal.ts';
import { checkCaddyLines, checkHeaderName, checkHeaderValue, checkSize, claims } from './site.ts';
import { checkUpstream } from './upstream.ts';

const headers = z.record(text(checkHeaderName), text(checkHeaderValue).nullable());

const upstreamTls = z
  .strictObject({
    ca: text(checkAbsolutePath).optional().meta({
      description: "A file with the authority that signed the app's certificate, as Caddy sees it.",
      'x-default': 'the authorities of the system',
    }),
    'server-name': text(checkHostName).optional().meta({
      description: 'The name in its certificate.',
      'x-default': 'the host in `upstream`',
    }),
    'insecure-skip-verify': z.boolean().default(false).meta({
      description: 'Take any certificate: whoever gets in between reads along. `doctor` says so.',
    }),
  })
  .meta({ description: 'How Caddy knows that an `https://` upstream is the right one.' });

/** An entry of `apps` that is more than a preset's name. */
export const app = z
  .strictObject({
    name: text(checkAppName).meta({
      description: "The app's slug in authentik; a preset where homeauth knows the name.",
      examples: ['wiki'],
    }),
    title: text(checkTitle)
      .optional()
      .meta({ description: 'What people see.', 'x-default': "the preset's title, else the name" }),
    host: text(checkHostName)
      .optional()
      .meta({ description: 'The host name it is served at.', 'x-default': '`<name>.<domain>`' }),
    upstream: text(checkUpstream).optional().meta({
      description:
        'Where Caddy finds it: `HOST:PORT`, or `https://HOST:PORT` where it speaks TLS. Needed unless the name is a preset, or `extra` answers.',
      'x-default': "the preset's container",
    }),
    'more-upstreams': z.array(text(checkUpstream)).optional().meta({
      description: 'Further servers of the same app; Caddy shares visitors out among them.',
    }),
    'upstream-tls': upstreamTls.optional(),
    mode: z.enum(['app', 'domain']).default('app').meta({
      description: '`app`: a provider of its own, so that groups work. `domain`: shares the one for the whole domain.',
    }),
    login: z.enum(['forward-auth', 'header', 'oidc', 'none']).default('forward-auth').meta({
      description:
        '`forward-auth`: nobody gets to the app who is not logged in to authentik. `header`: the same, and the app believes the header that says who it is; only where nobody but Caddy reaches the app. `oidc`: everybody gets to the app, and it asks authentik by itself (OpenID Connect). `none`: everybody gets to the app, and authentik has no part in it.',
    }),
    oidc: ownOidc.optional(),
    group: text(checkTitle).optional().meta({
      description: 'Only members of this authentik group get in. Mode `app` only.',
      'x-default': 'everyone with an account',
    }),
    'open-paths': z
      .array(text(checkOpenPath))
      .optional()
      .meta({
        description: 'Paths that need no login: `/health` to the letter, or `/share/*` for all below it.',
        examples: [['/share/*']],
      }),
    'identity-headers': z
      .record(text(checkHeaderName), z.enum(Object.keys(claims) as (keyof typeof claims)[]))
      .optional()
      .meta({
        description: `Headers that tell the app who is logged in, beside authentik's own: each is one of ${Object.keys(
          claims,
        )
          .map((claim) => `\`${claim}\``)
          .join(', ')}.`,
        examples: [{ 'Remote-User': 'username' }],
      }),
    'request-headers': headers.optional().meta({
      description: 'Headers that Caddy sets on the way to the app; `null` takes one off.',
      examples: [{ 'X-Script-Name': '/wiki' }],
    }),
    'response-headers': headers.optional().meta({
      description: "Headers that Caddy sets on the app's answers; `null` takes one off.",
      examples: [{ 'X-Frame-Options': null }],
    }),
    'max-body': text(checkSize)
      .optional()
      .meta({
        description: 'The largest upload.',
        examples: ['10GB'],
        'x-default': 'no limit',
      }),
    encode: z.boolean().default(false).meta({ description: 'Caddy compresses what the app sends (zstd, gzip).' }),
    extra: text(checkCaddyLines).optional().meta({
      description:
        "Lines for Caddy, behind the login and before the app, as inside of a `route`. Caddy's word on them counts.",
    }),
    'replaces-site': z.boolean().default(false).meta({
      description:
        'Your own site for this host stays in your Caddyfile as a comment, and comes back when the app leaves. `homeauth protect` writes this.',
    }),
  })
  .meta({ description: 'An app of your own, or a preset with changes.' });

import { z } from 'zod';
import { logins } from '../model/app-login.ts';
import { checkAppName } from './app-name.ts';
import { ownLdap } from './app-settings-file.ts';
import { checkAbsolutePath } from './directory.ts';
import { checkHostName } from './host-name.ts';
import { checkLdapListen } from './listen.ts';
import { ownOidc } from './oidc-file.ts';
import { checkOpenPath } from './open-path.ts';
import { checkTitle } from './person.ts';
import { text } from './refusal.ts';
import { checkCaddyLines, checkHeaderName, checkHeaderValue, checkSize, claims } from './site.ts';
import { tile } from './start-page-file.ts';
import { checkUpstream } from './upstream.ts';

const headers = z.record(text(checkHeaderName), text(checkHeaderValue).nullable());

const upstreamTls = z
  .strictObject({
    ca: text(checkAbsolutePath).optional().meta({
      description: "A file with the CA that signed the app's certificate, by its path in Caddy's container.",
      'x-default': 'the CAs of the system',
    }),
    'server-name': text(checkHostName).optional().meta({
      description: 'The name in its certificate.',
      'x-default': 'the host in `upstream`',
    }),
    'insecure-skip-verify': z.boolean().default(false).meta({
      description:
        'Accept any certificate. An attacker between Caddy and the app can read everything; `doctor` warns about it.',
    }),
  })
  .meta({ description: 'How Caddy checks the certificate of an `https://` upstream.' });

/** An entry of `apps` that is more than a preset's name. */
export const app = z
  .strictObject({
    name: text(checkAppName).meta({
      description: "The app's slug in authentik. With the name of a preset, homeauth starts that app.",
      examples: ['wiki'],
    }),
    title: text(checkTitle)
      .optional()
      .meta({ description: 'What people see.', 'x-default': "the preset's title, else the name" }),
    tile: tile.optional(),
    host: text(checkHostName)
      .optional()
      .meta({ description: 'The host name it is served at.', 'x-default': '`<name>.<domain>`' }),
    upstream: text(checkUpstream).optional().meta({
      description:
        'Where Caddy reaches the app: `HOST:PORT`, or `https://HOST:PORT` if it uses TLS. Required, unless the name is a preset or `extra` answers the requests.',
      'x-default': "the preset's container",
    }),
    'more-upstreams': z.array(text(checkUpstream)).optional().meta({
      description: 'More servers of the same app; Caddy balances the load between them.',
    }),
    'upstream-tls': upstreamTls.optional(),
    mode: z.enum(['app', 'domain']).default('app').meta({
      description:
        '`app`: a provider of its own, which groups need. `domain`: shares the provider for the whole domain.',
    }),
    login: z.enum(logins).default('forward-auth').meta({
      description:
        '`forward-auth`: nobody gets to the app who is not logged in to authentik. `header`: the same, and the app believes the header that says who it is; only where nobody but Caddy reaches the app. `oidc`: everybody gets to the app, and it asks authentik by itself (OpenID Connect). `ldap`: the same by LDAP, with name and password alone: there is no second factor. `none`: everybody gets to the app, and authentik has no part in it.',
    }),
    oidc: ownOidc.optional(),
    ldap: ownLdap.optional(),
    'ldap-listen': text(checkLdapListen)
      .optional()
      .meta({
        description:
          'Where the LDAP server of the app can be asked from your network, too, over TLS (LDAPS). Only with `login: ldap`.',
        examples: ['192.168.0.4:636'],
        'x-default': 'nowhere: only containers on its own network reach it',
      }),
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
      description: 'Headers that Caddy sets on requests to the app; `null` removes one.',
      examples: [{ 'X-Script-Name': '/wiki' }],
    }),
    'response-headers': headers.optional().meta({
      description: "Headers that Caddy sets on the app's responses; `null` removes one.",
      examples: [{ 'X-Frame-Options': null }],
    }),
    'max-body': text(checkSize)
      .optional()
      .meta({
        description: 'The largest upload.',
        examples: ['10GB'],
        'x-default': 'no limit',
      }),
    encode: z.boolean().default(false).meta({ description: "Caddy compresses the app's responses (zstd, gzip)." }),
    extra: text(checkCaddyLines).optional().meta({
      description:
        'Caddyfile lines that run after the login and before the app, as inside a `route`. Caddy checks them.',
    }),
    'replaces-site': z.boolean().default(false).meta({
      description:
        'Your own site for this host stays in your Caddyfile as a comment, and comes back when the app is removed. `homeauth protect` writes this.',
    }),
  })
  .meta({ description: 'An app of your own, or a preset with changes.' });

import { z } from 'zod';
import { filled, settings, ways } from './settings.ts';

const redirectUri = z
  .strictObject({
    url: filled.meta({ examples: ['https://{host}/oauth2/oidc/callback'] }),
    'matching-mode': z.enum(['strict', 'regex']).default('strict'),
  })
  .meta({ description: 'An address that authentik may send people back to; the first one is https.' });

const secondClient = z
  .strictObject({
    for: z.string().meta({ description: 'Which program it is: desktop, android, ios.' }),
    'client-id': z.string().meta({ description: 'Its client id, or where that comes from.' }),
    'redirect-uris': z.array(redirectUri).default([]),
  })
  .meta({ description: 'A further provider, for a program whose client id its makers fixed.' });

/** Scope mappings beside authentik's own that an app can ask for. */
const extraMappings = [
  'email-verified',
  'immich-role',
  'abs-groups',
  'kavita-roles',
  'mattermost-username',
  'mattermost-id',
  'roles',
  'minio-policy',
] as const;

/** How an app speaks OpenID Connect. The signature is RS256 and the issuer the provider's own, for every app. */
export const oidc = z
  .strictObject({
    'redirect-uris': z.array(redirectUri).min(1),
    'post-logout': z
      .array(filled)
      .default([])
      .meta({ description: 'Where people land after logging out. Only for apps that send the id_token_hint.' }),
    'logout-uri': filled.optional().meta({ description: "Where authentik tells the app of its people's logouts." }),
    'logout-method': z.enum(['frontchannel', 'backchannel']).optional(),
    scopes: z.array(z.string().min(1)).min(1).meta({ description: 'What the app asks for.' }),
    client: z.enum(['confidential', 'public']).default('confidential'),
    grants: z
      .array(z.enum(['authorization_code', 'refresh_token', 'implicit']))
      .min(1)
      .default(['authorization_code']),
    pkce: z
      .enum(['sends', 'none', 'unknown'])
      .default('unknown')
      .meta({ description: 'Whether the app sends a challenge. A public client has to.' }),
    'subject-mode': z
      .enum(['hashed_user_id', 'user_id', 'user_uuid', 'user_username', 'user_email', 'user_upn'])
      .default('hashed_user_id')
      .meta({ description: 'What the app knows an account by. Another one later makes second accounts.' }),
    'access-token-validity': z
      .string()
      .regex(/^(hours|minutes)=\d+$/)
      .optional()
      .meta({ description: "How long an access token lives, in authentik's words.", examples: ['hours=1'] }),
    'groups-claim': z.string().optional().meta({ description: 'Where the app looks for groups.' }),
    'extra-mappings': z.array(z.enum(extraMappings)).default([]),
    'login-start': z
      .strictObject({
        method: z.enum(['GET', 'POST']).default('GET'),
        url: filled,
        body: z.record(z.string(), z.string()).optional().meta({
          description: 'What is sent, as JSON; the answer then holds the address to go to.',
        }),
        'form-token': z
          .strictObject({ name: z.string(), from: filled.optional() })
          .optional()
          .meta({ description: 'A field against forged forms that has to come along, and where it is read.' }),
        sure: z.boolean().default(true).meta({ description: '`false`: from memory.' }),
      })
      .optional()
      .meta({ description: 'Where a browser begins the login.' }),
    'configured-by': z.enum(ways),
    ...settings,
    'admin-mapping': z.string().optional().meta({ description: 'What makes somebody an administrator of the app.' }),
    'auto-register': z.string().optional().meta({ description: 'Whether a first login makes an account there.' }),
    'disable-local-login': z
      .string()
      .optional()
      .meta({ description: "How the app's own passwords are switched off, and the way back." }),
    'second-clients': z.array(secondClient).default([]),
  })
  .refine((block) => block[block['configured-by']] !== undefined, {
    message: 'configured-by names a key that is not there',
    path: ['configured-by'],
  })
  .meta({ description: 'How the app speaks OpenID Connect, also where that is not how it should log in.' });

import { z } from 'zod';
import { logins } from '../model/app-login.ts';
import { oidc } from './oidc.ts';
import { settings, ways } from './settings.ts';

const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'is not of small letters, digits and single hyphens');
const image = z.string().regex(/^[a-z0-9.-]+(\/[a-z0-9._-]+)*$/, 'is no image without a tag');
const sentences = z.array(z.string().min(1)).default([]);

/** How sure an entry is of `login.use`. */
const confidences = ['docs', 'seen-in-issue', 'guess'] as const;

const login = z
  .strictObject({
    use: z.enum(logins).meta({
      description:
        '`oidc`, `ldap`, `header`: the app asks authentik; `forward-auth`: authentik stands before it; `none`: leave it alone.',
    }),
    reason: z.string().min(1).meta({ description: 'Why this one.' }),
    alternatives: sentences,
  })
  .meta({ description: 'How the app should log in.' });

const ldap = z
  .strictObject({
    plugin: z.string().optional().meta({ description: 'What has to be installed in the app first.' }),
    'configured-by': z.enum(ways),
    ...settings,
    'admin-mapping': z.string().optional(),
    'auto-register': z.string().optional(),
    'disable-local-login': z.string().optional(),
  })
  .meta({ description: 'How the app asks an LDAP server.' });

const headerLogin = z
  .strictObject({
    'user-header': z.string().optional(),
    'email-header': z.string().optional(),
    'name-header': z.string().optional(),
    'groups-header': z.string().optional(),
    separator: z.string().optional().meta({ description: 'What parts the groups.' }),
    'trusted-from': z.string().meta({ description: 'What the app checks before it believes a header.' }),
    'creates-users': z.boolean(),
    ...settings,
  })
  .meta({ description: "The app believes a header of the proxy's." });

const forwardAuth = z
  .strictObject({
    'open-paths': z
      .array(z.strictObject({ path: z.string().regex(/^\//), reason: z.string().min(1) }))
      .default([])
      .meta({
        description: 'Paths that other programs use without a login of authentik. Nothing opens them by itself.',
      }),
    'header-login': headerLogin.optional(),
    'known-problems': sentences,
    ...settings,
  })
  .default({ 'open-paths': [], 'known-problems': [], 'settings-notes': [] })
  .meta({ description: 'What to know when authentik stands before the app.' });

/** One file of catalogue/, key by key. */
export const knownApp = z
  .strictObject({
    name: slug.meta({ description: "The file's name, and the app's slug in authentik." }),
    title: z.string().min(1).meta({ description: 'What people call it.' }),
    category: slug,
    image: image.optional().meta({ description: 'Its usual image, without a tag. Left out: it is no container.' }),
    'more-images': z.array(image).default([]).meta({ description: 'Further images of the same app.' }),
    port: z.int().min(1).max(65535).meta({ description: 'Where it listens, inside of its container.' }),
    scheme: z.enum(['http', 'https']).default('http').meta({ description: '`https`: it speaks only TLS there.' }),
    start: z
      .strictObject({ image: z.string().regex(/^[a-z0-9./-]+:v?\d+\.\d+\.\d+$/, 'is not pinned to one release') })
      .optional()
      .meta({ description: 'homeauth starts it by itself, as exactly this image.' }),
    login,
    oidc: oidc.optional(),
    ldap: ldap.optional(),
    'forward-auth': forwardAuth,
    literal: z
      .array(z.string())
      .default([])
      .meta({ description: "Words in braces that are the app's own, and no placeholders." }),
    notes: sentences,
    doubts: sentences.meta({ description: 'What in this file comes from memory.' }),
    sources: z
      .array(z.string().min(1))
      .default([])
      .meta({ description: 'Where it was read: repository and path, or an address.' }),
    confidence: z.enum(confidences).meta({ description: 'How sure `login.use` is.' }),
  })
  .meta({ title: 'An app that homeauth knows', description: 'How an app logs in, and what is written where.' });

/** An app that homeauth knows, its defaults filled in. */
export type KnownApp = z.output<typeof knownApp>;

/** The JSON Schema of a file of catalogue/ for editors, as the text of a file. */
export const catalogueSchemaText = (): string =>
  `${JSON.stringify(z.toJSONSchema(knownApp, { io: 'input' }), undefined, 2)}\n`;

import { z } from 'zod';

/** A text in which placeholders like `{host}` are filled in. */
export const filled = z.string().min(1);
export const texts = z.record(z.string().min(1), z.string());

/** How the values get into an app; `configured-by` names the one that counts, the others go with it. */
export const ways = ['env', 'file', 'api', 'exec', 'ui'] as const;

const env = texts.meta({
  description: "Variables of the app's container.",
  examples: [{ OAUTH2_CLIENT_ID: '{clientId}' }],
});

const file = z
  .strictObject({
    place: z
      .string()
      .regex(/^\S+$/)
      .meta({ description: "The file, inside of the app's container where it begins with a slash." }),
    format: z.enum(['yaml', 'json', 'ini', 'xml', 'toml', 'php', 'python', 'javascript']),
    content: z.record(z.string(), z.json()).meta({ description: 'Our keys in it; a dot in a key parts levels.' }),
  })
  .meta({ description: 'A file of settings.' });

const api = z
  .strictObject({
    method: z.enum(['POST', 'PUT', 'PATCH']),
    path: z.string().regex(/^\//),
    key: z
      .strictObject({
        is: z.string().min(1).meta({ description: 'What it is, and where it is made in the app.' }),
        header: z.string().default('Authorization'),
        prefix: z
          .string()
          .default('')
          .meta({ examples: ['Bearer '] }),
      })
      .optional()
      .meta({ description: 'What the app wants to see before it lets anybody change it.' }),
    'read-back': z.string().regex(/^\//).optional().meta({ description: 'Where the settings are read with GET.' }),
    whole: z.boolean().default(false).meta({
      description: 'All of what is read has to be sent back. Otherwise only the keys at the top that ours are in.',
    }),
    hidden: z
      .array(z.string())
      .default([])
      .meta({
        description: 'Settings that it never tells, levels parted by dots.',
        examples: [['OAuthSettings.ClientSecret']],
      }),
    body: z.record(z.string(), z.json()).meta({ description: 'Our keys of what is sent.' }),
  })
  .meta({ description: "A call of the app's HTTP API. With `key` and `read-back`, homeauth can make it." });

export const command = z
  .strictObject({
    name: z.string().min(1).meta({ description: 'What it sets.' }),
    look: filled.meta({ description: 'Prints it, and ends with 0 where it is there.' }),
    is: z.union([z.string(), z.record(z.string(), z.json())]).meta({
      description: 'What that prints: a text, or values in its JSON.',
    }),
    set: filled,
    unset: filled.optional().meta({ description: 'Takes it away, where there was nothing before.' }),
    back: filled.optional().meta({ description: 'Puts back a text that was there: `{former}`.' }),
  })
  .meta({ description: 'A command that homeauth can run, look at and undo.' });

const exec = z
  .strictObject({
    user: z.string().optional().meta({ description: "Who runs it; the container's user where it is left out." }),
    ready: filled.optional().meta({ description: 'Ends with 0 as soon as the app can be asked.' }),
    commands: z
      .array(z.union([filled, command]))
      .min(1)
      .meta({
        description:
          "Commands in the app's container, without a shell: blanks part words, double quotes hold one together. One that is a mere text is shown to the owner; homeauth runs them where all of them say how they are looked at.",
      }),
    variables: texts.default({}).meta({
      description: 'Variables of these commands alone. A secret belongs here: everybody can read a command line.',
      examples: [{ OIDC_SECRET: '{clientSecret}' }],
    }),
  })
  .meta({ description: 'Commands of the app itself.' });

const ui = z
  .strictObject({
    page: z.string().optional().meta({ description: 'The way to it through the menus.' }),
    fields: texts.meta({ description: 'What to enter there.' }),
  })
  .meta({ description: 'A page of the app that its owner fills in.' });

/** The keys that say what is written in the app. */
export const settings = {
  env: env.optional(),
  file: file.optional(),
  api: api.optional(),
  exec: exec.optional(),
  ui: ui.optional(),
  'settings-notes': z.array(z.string()).default([]).meta({ description: 'What else has to be done there.' }),
};

import { z } from 'zod';

/** A text in which placeholders like `{host}` are filled in. */
export const filled = z.string().min(1);
const texts = z.record(z.string().min(1), z.string());

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
    auth: z.string().optional().meta({ description: 'What the app wants to see before it lets anybody change it.' }),
    'read-back': z.string().regex(/^\//).optional().meta({ description: 'Where the settings are read with GET.' }),
    body: z.record(z.string(), z.json()).meta({ description: 'Our keys of what is sent.' }),
  })
  .meta({ description: "A call of the app's HTTP API." });

const exec = z
  .strictObject({
    user: z.string().optional().meta({ description: "Who runs it; the container's user where it is left out." }),
    commands: z.array(filled).min(1).meta({
      description:
        "Commands in the app's container, without a shell: blanks part words, double quotes hold one together.",
    }),
    'secret-in': z.string().optional().meta({
      description: 'The variable that hands over the client secret. Without one the app takes it as an argument only.',
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

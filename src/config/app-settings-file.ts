import { z } from 'zod';
import { checkAbsolutePath } from './directory.ts';
import { type Refusal, text } from './refusal.ts';

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

/** Where homeauth writes an app's settings by itself, for each login that the app asks for. */
export const writtenKeys = {
  'settings-in': text(checkPlace)
    .optional()
    .meta({
      description:
        'A file of settings in the container of the app, as `CONTAINER:PATH`. homeauth sets its own values there, leaves all others as they are, and restarts the container. For an app that is set by commands of its own (Nextcloud): the container in which homeauth runs them.',
      examples: ['synapse:/data/homeserver.yaml', 'nextcloud'],
      'x-default': 'nothing is written; `homeauth app NAME` says what to enter',
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
      up: z.boolean().default(false).meta({
        description:
          'homeauth makes the container anew (`docker compose up -d SERVICE`) whenever these lines or the variables change, and once more without them when the app leaves. Volumes stay; files that the app keeps elsewhere in its container are lost. Compose also applies what else you changed in its files since, but another image or another place of its data: then homeauth refuses, and you run Compose yourself. `add-app --compose-up` writes this.',
      }),
    })
    .optional()
    .meta({
      description:
        'homeauth writes the lines for the compose file of the app (variables, authorities) into a file of their own beside it, which Compose reads, too. With `up: true` it also makes the container anew (`docker compose up -d SERVICE`) whenever these lines or the variables change; without that it never runs Compose. The file goes with the app while it is unchanged.',
      'x-default': 'nothing is written; `homeauth app NAME` says what belongs into the compose file',
    }),
};

/** How an app of one's own asks by LDAP. */
export const ownLdap = z
  .strictObject(writtenKeys)
  .meta({ description: 'How the app is told to ask by LDAP. Only with `login: ldap`.' });

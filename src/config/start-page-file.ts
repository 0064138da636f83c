import { z } from 'zod';
import { checkAbsolutePath, checkIcon } from './directory.ts';
import { checkTitle } from './person.ts';
import { text } from './refusal.ts';

/** How an app looks on authentik's start page. */
export const tile = z
  .strictObject({
    description: text(checkTitle).optional().meta({ description: 'A line below the title.' }),
    group: text(checkTitle)
      .optional()
      .meta({ description: 'The heading that it is under.', examples: ['Media'] }),
    icon: text(checkIcon)
      .optional()
      .meta({
        description:
          "`app`: the app's own icon, which homeauth fetches once. Or the path of a picture (PNG, JPEG, GIF, WebP, ICO, or SVG without scripts), 512 KiB at most.",
        examples: ['app', '/srv/icons/wiki.svg'],
      }),
  })
  .meta({ description: "Its tile on authentik's start page. What is left out stays as it is there." });

/** How authentik itself looks. */
export const brand = z
  .strictObject({
    title: text(checkTitle).optional().meta({
      description: 'How authentik calls itself: on the login page, on the start page, in authenticator apps.',
      'x-default': 'the domain',
    }),
    logo: text(checkAbsolutePath)
      .optional()
      .meta({
        description: 'The path of a picture for the login page and the start page, 512 KiB at most.',
        'x-default': 'stays as it is in authentik',
        examples: ['/srv/icons/logo.svg'],
      }),
    favicon: text(checkAbsolutePath)
      .optional()
      .meta({
        description: "The path of a picture for the browser's tab, 512 KiB at most.",
        'x-default': 'stays as it is in authentik',
        examples: ['/srv/icons/favicon.png'],
      }),
  })
  .meta({ description: 'How authentik looks.' });

import { z } from 'zod';
import { defaultRelease } from '../model/release.ts';
import { app } from './app-file.ts';
import { checkAppName, checkContainerName } from './app-name.ts';
import { checkAbsolutePath, checkBaseDir } from './directory.ts';
import { checkHostName } from './host-name.ts';
import { checkListen, checkProxyAddress } from './listen.ts';
import { notifyFile } from './notify.ts';
import { checkEmail, checkSender, checkTitle, checkUsername } from './person.ts';
import { text } from './refusal.ts';
import { checkCopies } from './restic.ts';
import { checkKeep, checkRecipient } from './retention.ts';
import { brand } from './start-page-file.ts';
import { checkTlsEnd } from './tls-end.ts';
import { checkVersion, releasePattern } from './version.ts';

/**
 * homeauth.yaml, key by key. Types, validation, defaults, the published JSON Schema and docs/configuration.md all
 * come from here; what spans several keys is in file-rules.ts. Defaults that depend on another key are described in
 * words (`x-default`) and filled in by normalise.ts.
 */
const admin = z
  .strictObject({
    username: text(checkUsername).meta({
      description: 'Your user name: a to z, digits, dot, hyphen, underscore.',
      examples: ['helen'],
    }),
    name: text(checkTitle)
      .optional()
      .meta({ description: 'Your name as people read it.', 'x-default': 'the user name' }),
    email: text(checkEmail).meta({ description: 'Your e-mail address.', examples: ['helen@example.com'] }),
  })
  .meta({ description: 'The first account, a member of authentik Admins.' });

const authentik = z
  .strictObject({
    version: text(checkVersion).meta({
      description: 'The exact release of authentik to run, YYYY.M.P. Never `latest`.',
      examples: [defaultRelease],
      pattern: releasePattern.source,
    }),
    consent: z.enum(['explicit', 'implicit']).default('explicit').meta({
      description:
        '`explicit`: a page asks once before an app learns your name, address and groups. `implicit`: no such page, which fits a house whose apps are all your own; `init` writes this.',
    }),
    'allow-unsupported': z.boolean().default(false).meta({
      description: 'Go on with a release that homeauth has not been tested with.',
    }),
  })
  .meta({ description: 'The identity provider.' });

const mail = z
  .strictObject({
    host: text(checkHostOrAddress).meta({
      description: 'The SMTP server, as containers reach it.',
      examples: ['smtp.example.com'],
    }),
    port: z.int().min(1).max(65535).optional().meta({
      description: 'Its port.',
      'x-default': '587 for starttls, 465 for implicit, 25 for none',
    }),
    username: text(checkTitle).optional().meta({ description: 'The name to log in to the mail server with.' }),
    'password-file': text(checkAbsolutePath).optional().meta({
      description: 'Absolute path of a file whose only line is the password.',
    }),
    from: text(checkSender).meta({
      description: 'The sender: an address, or `Name <address>`.',
      examples: ['auth@example.com'],
    }),
    tls: z.enum(['starttls', 'implicit', 'none']).default('starttls').meta({
      description: 'How the connection is encrypted.',
    }),
  })
  .meta({ description: 'Outgoing mail, for password reset. Without it authentik sends none.' });

const policies = z
  .strictObject({
    'second-factor': z.enum(['off', 'admins', 'everyone']).default('off').meta({
      description:
        'Who has to have a second factor: whoever lacks one sets it up at the next login. `admins`: members of groups that may do everything. Who has one is asked for it with `off`, too.',
    }),
    recovery: z.boolean().optional().meta({
      description: 'People set a new password by a link: their own, by mail, or one from `homeauth user reset`.',
      'x-default': '`true` where `mail` is set, else `false`',
    }),
    invitations: z.boolean().default(false).meta({
      description: 'People get an account by a link from `homeauth user invite`, which switches this on.',
    }),
  })
  .meta({ description: 'Rules for people.' });

const backup = z
  .strictObject({
    to: text(checkCopies)
      .optional()
      .meta({
        description:
          'Where copies go: the absolute path of a directory, best on another disk; or `restic:` and the address of a repository, as restic takes it.',
        examples: ['/mnt/usb/homeauth', 'restic:rest:https://nas.example.com:8000/homeauth'],
        'x-default': '`backups` below `base-dir`',
      }),
    'restic-env': text(checkAbsolutePath).optional().meta({
      description:
        'Absolute path of a file with variables for restic (`RESTIC_PASSWORD_FILE=…`, `AWS_ACCESS_KEY_ID=…`), which only root can read. Only with `to: restic:…`.',
    }),
    keep: text(checkKeep)
      .optional()
      .meta({
        description: 'Which copies stay when a new one was made: one for each of the newest days, weeks and months.',
        examples: ['7d,4w,6m'],
        'x-default': 'all of them',
      }),
    recipients: z
      .array(text(checkRecipient))
      .min(1)
      .optional()
      .meta({
        description: 'Public keys of age: copies are encrypted for who holds the key of one of them.',
        examples: [['age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p']],
      }),
    plain: z.boolean().default(false).meta({
      description: 'Copies need not be encrypted: whoever reads one has every secret.',
    }),
  })
  .meta({ description: 'Copies that `homeauth backup` makes.' });

const preset = text(checkAppName).meta({ description: 'The name of a preset.' });

export const fileSchema = z
  .strictObject({
    domain: text(checkHostName).meta({
      description: 'The domain above your apps; one login is valid below all of it.',
      examples: ['home.example.com'],
    }),
    'base-dir': text(checkBaseDir).meta({
      description: 'Absolute path; everything is kept in the directory `authentik` below it.',
      examples: ['/rpool/encrypted/docker'],
    }),
    'auth-host': text(checkHostName)
      .optional()
      .meta({ description: 'Where people log in; inside the domain.', 'x-default': '`auth.<domain>`' }),
    'lan-address': text(checkAddress).optional().meta({
      description: "This server's address on your network, for the DNS records that homeauth suggests.",
      'x-default': 'looked up when needed',
    }),
    admin,
    authentik,
    proxy: z.enum(['caddy', 'host-caddy', 'manual']).default('caddy').meta({
      description:
        "`caddy`: homeauth writes and reloads its part of the configuration of a Caddy in a container. `host-caddy`: of one that is installed on this server, or in a container on the host's network. `manual`: you do.",
    }),
    listen: text(checkListen)
      .optional()
      .meta({
        description:
          'Where authentik listens for a proxy outside of Docker: a port of this server alone, or, for a proxy on another machine (`proxy-address`), of its address in your own network. Below 1024, which only root can take.',
        examples: ['127.0.0.1:910', '10.8.0.2:910'],
        'x-default': '`127.0.0.1:910` with `proxy: host-caddy`, else nowhere',
      }),
    'proxy-address': text(checkProxyAddress)
      .optional()
      .meta({
        description:
          'The one address from which a proxy on another machine asks authentik, which believes nobody else; with `proxy: manual` and `listen`.',
        examples: ['10.8.0.1'],
      }),
    'caddy-container': text(checkContainerName).optional().meta({
      description: 'Which container is the Caddy to use.',
      'x-default': 'the only one that there is',
    }),
    tls: z.enum(['auto', 'internal', 'cloudflare', 'external']).default('auto').meta({
      description:
        'Where certificates come from: what Caddy already does, its own authority, or DNS at Cloudflare. `external`: from whatever stands before Caddy and speaks plain HTTP to it (`tls-from`).',
    }),
    'tls-from': z
      .array(text(checkTlsEnd))
      .min(1)
      .optional()
      .meta({
        description:
          'Who ends TLS before Caddy, with `tls: external`: addresses, ranges of them, or containers on a network with Caddy. Nobody else is served without TLS.',
        examples: [['cloudflared']],
      }),
    'zfs-dataset': z.boolean().default(true).meta({
      description: 'Make a dataset for `authentik` where the parent is ZFS.',
    }),
    mail: mail.optional(),
    policies: policies.optional(),
    brand: brand.optional(),
    backup: backup.optional(),
    notify: notifyFile.optional(),
    groups: z.array(text(checkTitle)).default([]).meta({
      description:
        'Groups of people. Those that apps name need not stand here. homeauth makes them, and you fill them.',
    }),
    apps: z
      .array(z.union([preset, app]))
      .default([])
      .meta({ description: 'What stands behind the login.' }),
  })
  .meta({ title: 'homeauth.yaml', description: 'What homeauth should make of this server.' });

/** The file after validation, its fixed defaults filled in. */
export type ConfigFile = z.output<typeof fileSchema>;
/** The file as a person or a command writes it. */
export type ConfigDraft = z.input<typeof fileSchema>;
/** One entry of `apps` as written: a preset's name, or an app. */
export type AppDraft = NonNullable<ConfigDraft['apps']>[number];

function checkAddress(value: string) {
  if (z.union([z.ipv4(), z.ipv6()]).safeParse(value).success) {
    if (!/^(127\.|0\.0\.0\.0$|::1?$)/.test(value)) return undefined;
    return {
      problem: 'is an address that every machine has for itself',
      why: 'Other devices on your network would look for the apps on themselves.',
      fix: "Write this server's LAN address, as in: hostname -I",
    };
  }
  return { problem: 'is not an IP address', fix: 'Write it like 192.168.0.4, without a port or a mask.' };
}

function checkHostOrAddress(value: string) {
  if (/^(localhost|127\.|::1$|0\.0\.0\.0$)/.test(value)) {
    return {
      problem: 'is a loopback address',
      why: "Mail is sent from authentik's container, where this is the container and not this server.",
      fix: "Write the mail server's name, or this server's LAN address.",
    };
  }
  if (z.union([z.ipv4(), z.ipv6()]).safeParse(value).success || /^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/.test(value))
    return undefined;
  return checkHostName(value);
}

import { readFileSync } from 'node:fs';
import { DEFAULT_VERSION, type Timings } from '../options.ts';
import type { MailSettings } from '../smtp.ts';
import type { PostgresOptions } from '../store-postgres.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ContainerSettings {
  version: string;
  timings: Partial<Timings>;
  secretKey: string;
  postgres: PostgresOptions & { port: number };
  redis: { host: string; port: number };
  trustedProxies: readonly string[] | undefined;
  baseUrl: string | undefined;
  listen: { host: string; port: number } | undefined;
  bootstrap: { token?: string; password?: string; email?: string };
  mail: MailSettings;
}

/** Reads what authentik reads from its environment, and STANDIN_VERSION and STANDIN_TIMINGS of the image. */
export function readSettings(env: Environment): ContainerSettings {
  const value = (name: string, standard = ''): string => configured(env[`AUTHENTIK_${name}`], env) ?? standard;
  const list = (text: string): string[] =>
    text
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean);
  const cidrs = value('LISTEN__TRUSTED_PROXY_CIDRS');
  return {
    version: env['STANDIN_VERSION'] ?? DEFAULT_VERSION,
    timings: JSON.parse(env['STANDIN_TIMINGS'] ?? '{}'),
    secretKey: value('SECRET_KEY'),
    postgres: {
      host: value('POSTGRESQL__HOST', 'localhost'),
      port: Number(value('POSTGRESQL__PORT', '5432')),
      user: value('POSTGRESQL__USER', 'authentik'),
      database: value('POSTGRESQL__NAME', 'authentik'),
      password: value('POSTGRESQL__PASSWORD', env['POSTGRES_PASSWORD'] ?? ''),
    },
    redis: { host: value('REDIS__HOST', 'localhost'), port: Number(value('REDIS__PORT', '6379')) },
    trustedProxies: cidrs ? list(cidrs) : undefined,
    baseUrl: value('WEB__BASE_URL') || undefined,
    listen: address(list(value('LISTEN__HTTP'))[0]),
    // These three are read plainly: no JSON, no file://.
    bootstrap: plain(env),
    mail: readMail(env),
  };
}

/** AUTHENTIK_EMAIL__*, with authentik's defaults. */
export function readMail(env: Environment): MailSettings {
  const value = (name: string, standard: string): string =>
    configured(env[`AUTHENTIK_EMAIL__${name}`], env) ?? standard;
  return {
    host: value('HOST', 'localhost'),
    port: Number(value('PORT', '25')),
    username: value('USERNAME', ''),
    password: value('PASSWORD', ''),
    useTls: value('USE_TLS', 'false') === 'true',
    useSsl: value('USE_SSL', 'false') === 'true',
    timeout: Number(value('TIMEOUT', '10')),
    from: value('FROM', 'authentik@localhost'),
  };
}

function plain(env: Environment): ContainerSettings['bootstrap'] {
  const token = env['AUTHENTIK_BOOTSTRAP_TOKEN'];
  const password = env['AUTHENTIK_BOOTSTRAP_PASSWORD'];
  const email = env['AUTHENTIK_BOOTSTRAP_EMAIL'];
  return { ...(token ? { token } : {}), ...(password ? { password } : {}), ...(email ? { email } : {}) };
}

/** Every value is tried as JSON first, then as `file://` and `env://` with a `?default`. */
function configured(raw: string | undefined, env: Environment): string | undefined {
  if (raw === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(raw);
    // Lists stay as they were written: `["10.0.0.0/8"]` is no list of CIDRs.
    if (value === null) return undefined;
    if (typeof value !== 'object') return String(value);
  } catch {
    // Not JSON: taken as it is.
  }
  const [, scheme, target = '', standard] = /^(file|env):\/\/([^?]*)(?:\?(.*))?$/.exec(raw) ?? [];
  if (scheme === 'env') return env[target] ?? standard;
  if (scheme === 'file') return fileText(target) ?? standard;
  return raw;
}

function fileText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function address(text: string | undefined): ContainerSettings['listen'] {
  const [, host, port] = /^(.*):(\d+)$/.exec(text ?? '') ?? [];
  return host === undefined ? undefined : { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

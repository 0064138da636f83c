import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The part of the environment that says which Docker Engine is meant, and where its client's settings are. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What `docker login` and `docker context use` leave behind. */
export interface ClientConfig {
  readonly currentContext?: string;
  readonly auths?: Readonly<Record<string, StoredLogin>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

export interface StoredLogin {
  /** Base64 of `name:password`. */
  readonly auth?: string;
  readonly identitytoken?: string;
}

export const configDirectory = (env: Environment): string =>
  env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker');

/** The Docker client's config.json; empty where there is none, or where it is not JSON. */
export async function clientConfig(env: Environment): Promise<ClientConfig> {
  return (await readJson<ClientConfig>(join(configDirectory(env), 'config.json'))) ?? {};
}

export async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

import { clientConfig, type Environment, type StoredLogin } from './client-config.ts';

/** A login as the X-Registry-Auth header carries it. */
export type Login =
  | { readonly username: string; readonly password: string; readonly serveraddress: string }
  | { readonly identitytoken: string; readonly serveraddress: string };

/** The login that `docker login` saved for an image's registry; undefined where there is none. */
export async function loginFor(reference: string, env: Environment): Promise<Login | undefined> {
  const { key } = registryOf(reference);
  const config = await clientConfig(env);
  const helper = config.credHelpers?.[key] ?? config.credsStore;
  const kept = helper ? await fromHelper(helper, key, env) : undefined;
  return kept ?? fromFile(key, config.auths ?? {});
}

interface HelperAnswer {
  readonly Username: string;
  readonly Secret: string;
}

/** A helper that is missing, or knows no login, is no reason to stop: most images are public. */
async function fromHelper(helper: string, key: string, env: Environment): Promise<Login | undefined> {
  const { execa } = await import('execa');
  const run = await execa(`docker-credential-${helper}`, ['get'], { input: key, env, extendEnv: false, reject: false });
  if (run.failed) return undefined;
  const { Username: username, Secret: password } = JSON.parse(run.stdout) as HelperAnswer;
  return username === '<token>'
    ? { identitytoken: password, serveraddress: key }
    : { username, password, serveraddress: key };
}

function fromFile(key: string, auths: Readonly<Record<string, StoredLogin>>): Login | undefined {
  const bare = (name: string) => name.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  const entry = auths[key] ?? Object.entries(auths).find(([name]) => bare(name) === bare(key))?.[1];
  if (entry?.identitytoken) return { identitytoken: entry.identitytoken, serveraddress: key };
  const text = Buffer.from(entry?.auth ?? '', 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1), serveraddress: key };
}

/** Where an image comes from. */
export interface Registry {
  /** The host that answers. */
  readonly host: string;
  /** The name under which the Docker client keeps a login for it. */
  readonly key: string;
}

/** The registry in an image's name: its first part where that looks like a host, else Docker Hub. */
export function registryOf(reference: string): Registry {
  const [first = '', ...rest] = reference.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  if (isHost && first !== 'docker.io' && first !== 'index.docker.io') return { host: first, key: first };
  return { host: 'registry-1.docker.io', key: 'https://index.docker.io/v1/' };
}

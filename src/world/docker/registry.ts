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

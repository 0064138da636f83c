import { trustVariables } from '../model/trusted-file.ts';
import type { World } from '../world/world.ts';

/** Where images keep the authorities that all their programs trust. */
const bundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

/** Whether what a container trusts has the proxy's own authority in it. */
export async function trusts(
  container: string,
  authority: string,
  { docker }: Pick<World, 'docker'>,
): Promise<boolean> {
  const { environment = {} } = (await docker.container(container)) ?? {};
  const bare = (text: string) => text.replace(/\s+/g, '');
  const files = [...trustVariables.flatMap((variable) => environment[variable] ?? []), ...bundles];
  for (const path of new Set(files)) {
    if (bare((await docker.readFile(container, path)) ?? '').includes(bare(authority))) return true;
  }
  return false;
}

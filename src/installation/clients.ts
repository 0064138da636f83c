import { speakers } from '../config/oidc.ts';
import { secretNames } from '../desired/layout.ts';
import { clientFile } from '../desired/oidc.ts';
import type { Client } from '../model/sso.ts';
import { type Installation, valueIn } from './installation.ts';

/** What the apps that ask authentik by themselves are known by there, as far as it is on disk. */
export async function clientsOf({
  config,
  layout,
  world,
}: Pick<Installation, 'config' | 'layout' | 'world'>): Promise<Readonly<Record<string, Client>>> {
  const found = speakers(config).map(async (app) => {
    const path = clientFile(layout, app);
    const names = [...secretNames.client, secretNames.random];
    const [id, secret, random] = await Promise.all(names.map((name) => valueIn(world, path, name)));
    return id && secret ? [[app.name, { id: id.reveal(), secret, ...(random && { random }) }] as const] : [];
  });
  return Object.fromEntries((await Promise.all(found)).flat());
}

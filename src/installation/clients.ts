import { speakers } from '../config/oidc.ts';
import { secretNames } from '../desired/layout.ts';
import { clientFile } from '../desired/oidc.ts';
import { decodeEnv } from '../formats/env.ts';
import { Secret } from '../model/secret.ts';
import type { Client } from '../model/sso.ts';
import type { Installation } from './installation.ts';

/** What the apps that ask authentik by themselves are known by there, as far as it is on disk. */
export async function clientsOf({
  config,
  layout,
  world,
}: Pick<Installation, 'config' | 'layout' | 'world'>): Promise<Readonly<Record<string, Client>>> {
  const found = speakers(config).map(async (app) => {
    const path = clientFile(layout, app);
    const text = await world.files.read(path);
    const values = text === undefined ? {} : decodeEnv(text, path);
    const [id, secret, random] = [...secretNames.client, secretNames.random].map((name) => values[name]);
    if (!id || !secret) return [];
    return [[app.name, { id, secret: new Secret(secret), ...(random && { random: new Secret(random) }) }] as const];
  });
  return Object.fromEntries((await Promise.all(found)).flat());
}

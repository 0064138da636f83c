import { issueOf } from '../../src/model/finding.ts';
import { Secret } from '../../src/model/secret.ts';
import { ownCaddy } from '../../src/proxy/caddy/caddy.ts';
import { proxyOf } from '../../src/proxy/choose.ts';
import { isEntrance } from '../../src/proxy/proxy.ts';
import { logIn } from '../../src/world/authentik/login.ts';
import type { Http } from '../../src/world/world.ts';
import type { Machine } from './machine.ts';
import { password } from './place.ts';

export interface Visits {
  /** What a stranger at the app gets: status and where they are sent. */
  readonly stranger: string;
  /** Lines of the app's page after helen's login that say who it takes her for. */
  readonly owner: readonly string[];
}

/** Opens the app twice, past homeauth and its own proofs: as a stranger, and as helen with her password. */
export async function visit({ world, domain }: Machine): Promise<Visits> {
  const entrance = await proxyOf(ownCaddy('/')).entrance(world);
  if (!isEntrance(entrance)) throw new Error(`${issueOf(entrance)?.problem}`);
  const { via, authority } = entrance;
  const way = { ...(via && { via }), ...(authority !== undefined && { authority }) };
  const url = `https://whoami.${domain}/`;
  const answer = await world.http.dial({ url, ...way });
  const target = new URL(answer.headers['location'] ?? 'about:blank', url);
  const page = await logIn({
    http: world.http as Http,
    ...way,
    authHost: `auth.${domain}`,
    username: 'helen',
    password: new Secret(password),
    open: url,
  });
  return {
    stranger: `${answer.status}  ${target.origin}${target.pathname}?...`,
    owner: page.body.split('\n').filter((line) => /^X-Authentik-(Username|Name|Email|Groups): /i.test(line)),
  };
}

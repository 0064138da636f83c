import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadyStack } from './ready.ts';

type Found = { pk: string & number; [name: string]: unknown };

const DOMAIN = 'home.example.com';

/** What the tests protect, served by the outpost when this returns: a domain provider for `home.example.com`, asked for consent, and one for `whoami`. */
export async function provision({ api, store }: ReadyStack): Promise<{ domain: Found; whoami: Found; outpost: Found }> {
  const send = async (method: string, path: string, body?: unknown): Promise<Found> => {
    const answer = await api(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path} ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as Found;
  };
  const flow = (slug: string) => send('GET', `/flows/instances/${slug}/`);
  const make = async (name: string, consent: string, host: string, more: object): Promise<Found> => {
    const provider = await send('POST', '/providers/proxy/', {
      name,
      authorization_flow: (await flow(`default-provider-authorization-${consent}-consent`)).pk,
      invalidation_flow: (await flow('default-provider-invalidation-flow')).pk,
      external_host: `https://${host}`,
      ...more,
    });
    await send('POST', '/core/applications/', { name, slug: name, provider: provider.pk });
    return provider;
  };
  const domain = await make('home', 'explicit', `auth.${DOMAIN}`, { mode: 'forward_domain', cookie_domain: DOMAIN });
  const whoami = await make('whoami', 'implicit', `whoami.${DOMAIN}`, {
    mode: 'forward_single',
    skip_path_regex: '^/health$',
  });
  const list = await send('GET', '/outposts/instances/?managed__iexact=goauthentik.io/outposts/embedded');
  const outpost = (list['results'] as Found[])[0] as Found;
  await send('PATCH', `/outposts/instances/${outpost.pk}/`, {
    providers: [domain.pk, whoami.pk],
    config: { ...(outpost['config'] as object), authentik_host: `https://auth.${DOMAIN}` },
  });
  const told = async (): Promise<boolean> => {
    const propagation = (await store.read())?.propagation;
    return propagation?.changed === propagation?.pushed;
  };
  while (!(await told())) await sleep(5);
  return { domain, whoami, outpost };
}

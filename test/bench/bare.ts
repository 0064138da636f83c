import pMap from 'p-map';
import type { Machine } from './machine.ts';

interface Row {
  readonly pk: string | number;
  readonly slug?: string;
  readonly name?: string;
}
interface Outpost extends Row {
  readonly providers: readonly (string | number)[];
}

/** One call of the API, as with curl. */
export type Call = <T>(method: string, path: string, body?: object) => Promise<T>;

export const callerOf =
  (url: string | undefined, key: string | undefined): Call =>
  async <T>(method: string, path: string, body?: object): Promise<T> => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const answer = await fetch(`${url}/api/v3/${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: HTTP ${answer.status} ${await answer.text()}`);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  };

/** Calls of the API by somebody who knows exactly what is there and what to do, eight at once. */
export async function bareCalls({ servers, files }: Machine) {
  const key = /=(.+)/.exec((await files.read('/srv/docker/authentik/.homeauth/token.env')) ?? '')?.[1];
  const call = callerOf(servers.at(-1)?.url, key);
  const { results: flows } = await call<{ results: Row[] }>('GET', 'flows/instances/?page_size=100');
  const { results: outposts } = await call<{ results: Outpost[] }>('GET', 'outposts/instances/');
  const flow = (slug: string) => flows.find((one) => one.slug === slug)?.pk;
  const outpost = outposts[0]!;
  const side = { concurrency: 8 };

  return {
    /** Each provider, then its application; the outpost once. @returns ids of the providers, by name */
    async make(names: readonly string[]): Promise<Map<string, Row['pk']>> {
      const made = new Map<string, Row['pk']>();
      await pMap(
        names,
        async (name) => {
          const { pk } = await call<Row>('POST', 'providers/proxy/', {
            name,
            mode: 'forward_single',
            external_host: `https://${name}.home.example.com`,
            authorization_flow: flow('default-provider-authorization-explicit-consent'),
            invalidation_flow: flow('default-provider-invalidation-flow'),
          });
          made.set(name, pk);
          await call('POST', 'core/applications/', { name, slug: name, provider: pk });
        },
        side,
      );
      await call('PATCH', `outposts/instances/${outpost.pk}/`, {
        providers: [...outpost.providers, ...made.values()],
      });
      return made;
    },
    /** The outpost once, then each application and its provider. */
    async remove(made: ReadonlyMap<string, Row['pk']>): Promise<void> {
      await call('PATCH', `outposts/instances/${outpost.pk}/`, { providers: outpost.providers });
      await pMap(
        made,
        async ([name, pk]) => {
          await call('DELETE', `core/applications/${name}/`);
          await call('DELETE', `providers/proxy/${pk}/`);
        },
        side,
      );
    },
  };
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../../machine/engine.ts';
import { inspect } from './look.ts';
import type { Place } from './place.ts';

type Row = Readonly<Record<string, unknown>>;

/** authentik's API, asked past homeauth, with the key that homeauth left on disk. */
export interface Api {
  list(collection: string): Promise<Row[]>;
  post(path: string, body: Row): Promise<Row>;
}

export async function openApi({ engine, root }: Place): Promise<Api> {
  const token = /^HOMEAUTH_TOKEN=["']?(\w+)/m.exec(await readFile(join(root, '.homeauth/token.env'), 'utf8'))?.[1];
  const { NetworkSettings } = await inspect(engine, 'authentik');
  const address = NetworkSettings.Networks['authentik_backend']?.IPAddress;
  const call = async (path: string, init: RequestInit = {}): Promise<Row> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`http://${address}:9000/api/v3/${path}`, { ...init, headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${answer.status} ${text}`);
    return text === '' ? {} : JSON.parse(text);
  };
  return {
    async list(collection) {
      const rows: Row[] = [];
      for (let page = 1; page > 0; ) {
        const answer = await call(`${collection}/?superuser_full_list=true&ordering=pk&page_size=100&page=${page}`);
        rows.push(...(answer['results'] as Row[]));
        page = (answer['pagination'] as { next: number }).next;
      }
      return rows;
    },
    post: (path, body) => call(`${path}/`, { method: 'POST', body: JSON.stringify(body) }),
  };
}

/** Every request to the API since the server was started, as authentik's own log tells it: `GET /api/v3/…`. */
export async function apiRequests(engine: Engine): Promise<string[]> {
  const log = await engine.docker(['logs', 'authentik']);
  return log.split('\n').flatMap((line) => {
    const { logger, method, event } = JSON.parse(line);
    return logger === 'authentik.asgi' && event.startsWith('/api/v3/') && !event.includes('/flows/executor/')
      ? [`${method} ${event}`]
      : [];
  });
}

/** Those that change something. */
export const changing = (requests: readonly string[]): string[] => requests.filter((line) => !line.startsWith('GET '));

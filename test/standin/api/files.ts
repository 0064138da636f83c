import { extname } from 'node:path/posix';
import type { Call } from '../http/call.ts';
import { formIn } from '../http/form.ts';
import { json, type Reply, refuse } from '../http/reply.ts';
import type { State } from '../state.ts';
import { type Route, route } from './router.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.ico': 'image/vnd.microsoft.icon',
  '.svg': 'image/svg+xml',
};

/** Django answers an upload with nothing, and 200. */
const empty: Reply = { status: 200, headers: {}, body: '' };

/** Where a browser finds a file: for a quarter of an hour, and only through authentik. */
export const fileUrl = (name: string): string =>
  /^(\/static|https?:|fa:)/.test(name) ? name : `/files/media/public/${name}?token=signed`;

const mediaOf = (state: State): Record<string, string> => {
  state.media ??= {};
  return state.media;
};

function upload(call: Call): Reply {
  const { name: asked = '', file } = formIn(call) ?? {};
  if (file === undefined) refuse(400, { file: ['No file was submitted.'] });
  const name = asked.trim();
  if (!/^[\w./-]+$/.test(name) || name.startsWith('/') || name.startsWith('.') || name.split('/').includes('..'))
    refuse(400, ['File name can only contain letters, numbers, dots, hyphens, underscores, and forward slashes']);
  if (mediaOf(call.state)[name] !== undefined) refuse(400, { name: ['A file with this name already exists.'] });
  mediaOf(call.state)[name] = Buffer.from(file, 'latin1').toString('base64');
  return empty;
}

function remove(call: Call): Reply {
  delete mediaOf(call.state)[call.query.get('name') ?? ''];
  return empty;
}

/** authentik's storage for pictures, from 2025.12 on: a plain list, without pages. Source: its OpenAPI document */
export const fileRoutes: readonly Route[] = [
  route('/admin/file/', {
    GET: ({ state, query }) =>
      json(
        200,
        Object.keys(mediaOf(state))
          .filter((name) => name.toLowerCase().includes(query.get('search') ?? ''))
          .map((name) => ({
            name,
            mime_type: TYPES[extname(name)] ?? 'application/octet-stream',
            url: fileUrl(name),
            themed_urls: null,
          })),
      ),
    POST: upload,
    DELETE: remove,
  }),
];

import { importExample } from '../example-blueprints.ts';
import type { Call } from '../http/call.ts';
import { json, refuse } from '../http/reply.ts';
import type { Json } from '../state.ts';
import { type Route, route } from './router.ts';

/** The text fields of a multipart form. */
function formOf({ headers, raw }: Call): Record<string, string> {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/.exec(headers['content-type'] ?? '');
  if (!boundary) refuse(415, { detail: `Unsupported media type "${headers['content-type'] ?? ''}" in request.` });
  const parts = raw.toString().split(`--${boundary[1] ?? boundary[2]}`);
  return Object.fromEntries(
    parts.flatMap((part) => {
      const [head = '', value] = part.split(/\r\n\r\n(.*)/s);
      const name = /name="([^"]+)"/.exec(head)?.[1];
      return name && value !== undefined ? [[name, value.replace(/\r\n$/, '')]] : [];
    }),
  );
}

/** Applied before it is answered; 200 also where that failed. */
export const blueprintImportRoutes: readonly Route[] = [
  route('/managed/blueprints/import/', {
    POST: (call) => {
      const { path, context = '{}', file } = formOf(call);
      if (file !== undefined) refuse(501, { detail: 'The stand-in imports bundled examples only' });
      if (!importExample(call.state, path ?? '', JSON.parse(context) as Json))
        refuse(400, { path: ['Blueprint file does not exist'] });
      return json(200, { logs: [], success: true });
    },
  }),
];

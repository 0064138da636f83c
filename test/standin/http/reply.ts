/** An answer before it is written. `headers` may hold several values for one name. */
export interface Reply {
  status: number;
  headers: Record<string, string | string[]>;
  body: string;
}

/** Thrown by handlers; undoes every change of the request. */
export class ApiError extends Error {
  reply: Reply;
  constructor(reply: Reply) {
    super(`${reply.status}`);
    this.reply = reply;
  }
}

export const json = (status: number, body: unknown): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export const noContent = (): Reply => ({ status: 204, headers: {}, body: '' });

export const text = (status: number, body: string, type = 'text/plain; charset=utf-8'): Reply => ({
  status,
  headers: { 'content-type': type },
  body,
});

export const html = (status: number, title: string, content = ''): Reply => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: `\n\n\n\n\n<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="UTF-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>\n${title}\n</title>\n</head>\n<body>\n${content}\n</body>\n</html>\n`,
});

export const redirect = (to: string): Reply => ({
  status: 302,
  headers: { 'content-type': 'text/html; charset=utf-8', location: to },
  body: '',
});

/** Django's error views are GET-only TemplateViews: any other method gets an empty 405. */
const errorView = (method: string, status: 404 | 500, title: string): Reply =>
  method === 'GET' || method === 'HEAD'
    ? html(status, title)
    : {
        status: 405,
        headers: { 'content-type': 'text/html; charset=utf-8', allow: 'GET, HEAD, OPTIONS' },
        body: '',
      };

export const notFound = (method: string): Reply => errorView(method, 404, 'authentik - Not Found');
export const crash = (method: string): Reply => errorView(method, 500, 'authentik - Server Error');

/** Refuses a request with DRF's error body. */
export function refuse(status: number, body: unknown): never {
  throw new ApiError(json(status, body));
}

/** A crash inside authentik: HTML 500 for GET, empty 405 for the rest. */
export function crashNow(method: string): never {
  throw new ApiError(crash(method));
}

import type { Reply } from './reply.ts';

const SPLASH = `<!doctype html>
<html lang="en">
    <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>authentik</title>
    </head>
    <body>
        <h1>authentik is starting</h1>
        <script>setTimeout(() => location.reload(), 2000)</script>
    </body>
</html>
`;

/** What the router says while Django starts, in the form that the caller accepts. */
export function starting(accept: string, status: 502 | 503): Reply {
  const retry: Record<string, string> = status === 503 ? { 'retry-after': '5' } : {};
  if (accept.includes('application/json')) {
    const error = status === 503 ? 'authentik starting' : 'failed to connect to authentik backend: authentik starting';
    return {
      status,
      headers: { ...retry, 'content-type': 'application/json' },
      body: `${JSON.stringify({ error })}\n`,
    };
  }
  if (accept.includes('text/html')) {
    return { status, headers: { ...retry, 'content-type': 'text/html' }, body: SPLASH };
  }
  return { status, headers: { ...retry, 'content-type': 'text/plain' }, body: 'authentik starting' };
}

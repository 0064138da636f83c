// The forward-auth half of authentik, no more: who has a session is told to the app, everybody else is sent to log in.
import { createServer } from 'node:http';

createServer((request, response) => {
  const {
    'x-forwarded-host': host,
    'x-forwarded-uri': uri,
    'x-forwarded-method': method,
    cookie = '',
  } = request.headers;
  if (!request.url.startsWith('/outpost.goauthentik.io/auth/caddy')) {
    response.end(`authentik ${host ?? request.headers.host}${request.url}\n`);
  } else if (cookie.includes('session=helen')) {
    response.writeHead(200, { 'X-Authentik-Username': 'helen', 'X-Authentik-Uid': 'real' }).end();
  } else if (uri === '/open') {
    // A path that the provider lets through: no identity is told.
    response.writeHead(200).end();
  } else {
    const back = encodeURIComponent(`https://${host}/outpost.goauthentik.io/callback?for=${method}${uri}`);
    const login = `https://auth.home.example.com/application/o/authorize/?client_id=${host}&redirect_uri=${back}`;
    response.writeHead(302, { Location: login }).end();
  }
}).listen(9000);

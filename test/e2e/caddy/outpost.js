// The forward-auth half of authentik, no more: who has a session is told to the app, everybody else is sent to log in.
// As there, capitals count in a host, and one that is nobody's own belongs to the whole domain.
import { createServer } from 'node:http';

const apps = ['wiki', 'photos', 'socket', 'dressed', 'tls', 'tls-known', 'tls-any'];
const slugOf = (host) => apps.find((name) => host === `${name}.home.example.com`) ?? 'home';

createServer((request, response) => {
  const {
    'x-forwarded-host': host,
    'x-forwarded-uri': uri,
    'x-forwarded-method': method,
    cookie = '',
  } = request.headers;
  if (!request.url.startsWith('/outpost.goauthentik.io/auth/caddy')) {
    response.end(`authentik ${host ?? request.headers.host}${request.url}\nHost: ${request.headers.host}\n`);
  } else if (cookie.includes('session=helen')) {
    const told = { 'X-Authentik-Username': 'helen', 'X-Authentik-Uid': 'real', 'X-Authentik-Meta-App': slugOf(host) };
    response.writeHead(200, told).end();
  } else if (uri.startsWith('/let-through')) {
    // A path that the provider lets through: no identity is told.
    response.writeHead(200).end();
  } else {
    const back = encodeURIComponent(`https://${host}/outpost.goauthentik.io/callback?for=${method}${uri}`);
    const login = `https://auth.home.example.com/application/o/authorize/?client_id=${host}&redirect_uri=${back}`;
    response.writeHead(302, { Location: login }).end();
  }
}).listen(9000);

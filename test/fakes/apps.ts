import { Secret } from '../../src/model/secret.ts';
import type { HttpRequest } from '../../src/world/world.ts';
import { at } from './installed.ts';
import type { FakeWorld } from './world.ts';

/** Nextcloud's own commands, as far as they are asked. */
export function occ(there: FakeWorld, container?: string) {
  const values = new Map([['overwriteprotocol', 'http']]);
  const ran: string[] = [];
  const { exec } = there.docker;
  const ended = (code: number, stdout = '') => ({ code, stdout, stderr: '' });
  there.docker.exec = async (name, argv, options = {}) => {
    const line = argv.join(' ');
    if (!line.startsWith('php occ ') || (container !== undefined && name !== container))
      return exec(name, argv, options);
    ran.push(line);
    const [, , verb = '', first = '', second] = argv;
    if (verb === 'status') return ended(0);
    const own = verb.startsWith('config:app:') && second !== 'enabled' ? `${first} ${second}` : first;
    if (/^config:(app|system):get$/.test(verb)) return values.has(own) ? ended(0, values.get(own)) : ended(1);
    const given = (flag: string) => argv.find((word) => word.startsWith(`--${flag}=`))?.slice(flag.length + 3) ?? '';
    if (verb === 'app:enable') values.set(first, 'yes');
    if (/^config:(app|system):set$/.test(verb)) values.set(own, given('value'));
    if (/(delete|app:disable)$/.test(verb)) values.delete(own);
    if (verb !== 'user_oidc:provider') return ended(0);
    if (second === '--output=json')
      return values.has(first) ? ended(0, values.get(first)) : ended(255, 'Provider not found');
    const secret = options.environment?.['OIDC_SECRET'];
    values.set('secret', secret instanceof Secret ? secret.reveal() : '');
    const settings = {
      mappingUid: given('mapping-uid'),
      mappingGroups: given('mapping-groups'),
      uniqueUid: given('unique-uid') === '1',
      groupProvisioning: given('group-provisioning') === '1',
      checkBearer: false,
    };
    values.set(
      first,
      JSON.stringify({ id: 1, clientId: given('clientid'), discoveryEndpoint: given('discoveryuri'), settings }),
    );
    return ended(0);
  };
  return { values, ran };
}

/** Portainer's API for its settings: `state` is what it has, and never tells the secret. */
export function portainer(there: FakeWorld) {
  const state = {
    key: 'ptr_right',
    asked: [] as string[],
    settings: { OAuthSettings: { SSO: false, DefaultTeamID: 4, ClientSecret: '' }, LogoURL: 'x' },
  };
  const { http } = there.world;
  const { dial } = http;
  http.dial = async (request) => {
    if (new URL(request.url).pathname !== '/api/settings') return dial(request);
    state.asked.push(request.url);
    const answer = (status: number, body: object) => ({ status, headers: {}, cookies: [], body: JSON.stringify(body) });
    if (request.headers?.['X-API-Key'] !== state.key) return answer(401, { message: 'Unauthorized' });
    if (request.method === 'PUT') Object.assign(state.settings, JSON.parse(request.body ?? ''));
    const { OAuthSettings } = state.settings;
    return answer(200, { ...state.settings, OAuthSettings: { ...OAuthSettings, ClientSecret: '' } });
  };
  return state;
}

const to = (location: string) => ({ status: 302, headers: { location }, cookies: [], body: '' });
const page = (status: number, body: string) => ({ status, headers: {}, cookies: [], body });
const session = 'session=theirs; Path=/; HttpOnly';

/** An app as its library writes one: it asks authentik, exchanges the code, and reads who that is. */
export function signsIn(
  there: FakeWorld,
  name: string,
  paths: { readonly start: string; readonly callback: string; readonly home: string },
) {
  const app = `https://${name}.home.example.com`;
  const auth = 'https://auth.home.example.com/application/o';
  const back = app + paths.callback;
  const state = {
    /** Accounts that it has made, by what it was told of them; the last one is who asks. */
    accounts: [] as string[],
    refusesAll: false,
    /** What it gives to its administrators alone, and how it answers there. */
    onlyAdministrators: { path: '/users', status: 200, body: '' },
    /** Whether it gives that to everybody. */
    isOpen: false,
    /** Where it sends whom it refuses. */
    refusal: '/login',
    /** Where its own script sends the address that a login came back to. */
    finish: '',
  };
  const { dial } = there.world.http;
  const client = async () => {
    const env = (await there.files.read(at(`.homeauth/apps/${name}.env`))) ?? '';
    return /^CLIENT_ID=(.+)\nCLIENT_SECRET=(.+)\n/.exec(env)?.slice(1) ?? [];
  };
  async function exchange(code: string, { via }: HttpRequest): Promise<void> {
    const [id = '', secret = ''] = await client();
    const form = { grant_type: 'authorization_code', code, redirect_uri: back, client_id: id, client_secret: secret };
    const tokens = await dial({
      url: `${auth}/token/`,
      method: 'POST',
      ...(via && { via }),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
    const token = JSON.parse(tokens.body).id_token as string;
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    state.accounts.push(claims.preferred_username);
  }
  there.world.http.dial = async (request) => {
    if (!request.url.startsWith(`${app}/`) || request.binary !== undefined) return dial(request);
    const url = new URL(request.url);
    const { onlyAdministrators, finish } = state;
    if (url.pathname === paths.start) {
      const [id = ''] = await client();
      const query = new URLSearchParams({
        ...{ response_type: 'code', client_id: id, redirect_uri: back, scope: 'openid profile email', state: 's' },
      });
      const asked = `${auth}/authorize/?${query}`;
      return request.method === 'POST' ? page(201, JSON.stringify({ url: asked })) : to(asked);
    }
    if (finish !== '' && url.pathname === finish) {
      if (state.refusesAll) return page(500, '{}');
      await exchange(new URL(JSON.parse(request.body ?? '').url).searchParams.get('code') ?? '', request);
      return { ...page(201, '{}'), cookies: [session] };
    }
    if (url.pathname === paths.callback && finish === '') {
      if (state.refusesAll) return to(app + state.refusal);
      await exchange(url.searchParams.get('code') ?? '', request);
      return { ...to(app + paths.home), cookies: [session] };
    }
    const isKnown = state.isOpen || `${request.headers?.['cookie']}`.includes('session=theirs');
    if (url.pathname === onlyAdministrators.path && !isKnown) return to(`${app}/login`);
    if (url.pathname === onlyAdministrators.path) return page(onlyAdministrators.status, onlyAdministrators.body);
    return page(200, `<html><title>${url.pathname === paths.home ? 'Unread (0)' : 'Sign in'}</title></html>`);
  };
  return state;
}

/** Immich's API for its settings, which are read and sent as a whole. */
export function immich(there: FakeWorld) {
  const state = {
    key: 'immich_right',
    settings: {
      oauth: { enabled: false, clientSecret: '' },
      passwordLogin: { enabled: true },
      theme: { customCss: 'x' },
    },
  };
  const { http } = there.world;
  const { dial } = http;
  http.dial = async (request) => {
    if (new URL(request.url).pathname !== '/api/system-config') return dial(request);
    if (request.headers?.['x-api-key'] !== state.key) return page(401, '{}');
    if (request.method === 'PUT') state.settings = JSON.parse(request.body ?? '');
    return page(200, JSON.stringify(state.settings));
  };
  return state;
}

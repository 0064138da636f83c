import { Secret } from '../../src/model/secret.ts';
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
    if (/^config:(app|system):get$/.test(verb)) return values.has(first) ? ended(0, values.get(first)) : ended(1);
    const given = (flag: string) => argv.find((word) => word.startsWith(`--${flag}=`))?.slice(flag.length + 3) ?? '';
    if (verb === 'app:enable') values.set(first, 'yes');
    if (verb === 'config:system:set') values.set(first, given('value'));
    if (/(delete|app:disable)$/.test(verb)) values.delete(first);
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

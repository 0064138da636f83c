import type { Kind } from '../engine/kind.ts';
import { Failure } from '../model/failure.ts';
import { changes, differs, type Reason } from '../model/reason.ts';
import { Secret } from '../model/secret.ts';
import type { OAuth2ProviderFound, OAuth2ProviderSpec, ReturnAddress } from '../model/sso.ts';
import type { Authentik } from '../world/authentik/api.ts';
import type { Create, Row, Update } from '../world/authentik/schema.ts';
import { lookInto, missing, rowIn } from './authentik.ts';

type Provider = Row<'providers/oauth2'>;
type Mapping = Row<'propertymappings/provider/scope'>;

/**
 * What an app that speaks OpenID Connect asks. authentik's own defaults let nobody in, or are not what apps can read: no
 * grant types, no mappings, no key. Sources: recording 07, and authentik's model of it.
 */
export const oauth2ProviderKind: Kind<OAuth2ProviderSpec, OAuth2ProviderFound> = {
  told: { noun: 'OpenID Connect provider', place: 'in authentik', item: (key) => key },

  observe: (key, world) =>
    lookInto(world, async (authentik) => {
      const [rows, flows, mappings, keys] = await Promise.all([
        authentik.list('providers/oauth2'),
        authentik.list('flows/instances'),
        authentik.list('propertymappings/provider/scope'),
        authentik.list('crypto/certificatekeypairs'),
      ]);
      const row = rows.find(({ name }) => name === key);
      if (!row) return undefined;
      const slugOf = (pk: string | undefined): string => flows.find((flow) => flow.pk === pk)?.slug ?? '';
      return {
        authorizationFlow: slugOf(row.authorization_flow),
        invalidationFlow: slugOf(row.invalidation_flow),
        clientType: row.client_type ?? '',
        client: { id: row.client_id ?? '', secret: new Secret(row.client_secret ?? '') },
        ...(row.grant_types && { grants: row.grant_types }),
        returnTo: row.redirect_uris.map(({ matching_mode: mode, url, redirect_uri_type: type }) => ({
          mode,
          url,
          ...(type && { type }),
        })),
        mappings: mappings.filter(({ pk }) => row.property_mappings?.includes(pk)).map(calledBy),
        subjectMode: row.sub_mode ?? '',
        accessTokenValidity: row.access_token_validity ?? '',
        ...(row.logout_uri !== undefined && { logout: { uri: row.logout_uri, method: row.logout_method ?? '' } }),
        isSigned: keys.some((one) => one.pk === row.signing_key && canSign(one)),
        isEncrypted: (row.encryption_key ?? null) !== null,
        issuerMode: row.issuer_mode ?? '',
        tellsInToken: row.include_claims_in_id_token ?? false,
      };
    }),

  differs: (want, have) => [
    ...changes('authorization flow', have.authorizationFlow, want.authorizationFlow),
    ...changes('invalidation flow', have.invalidationFlow, want.invalidationFlow),
    ...changes('client type', have.clientType, want.clientType),
    ...ofClient(want, have),
    ...(want.grants && have.grants ? list('grant types', have.grants, want.grants) : []),
    ...list('redirect URIs', have.returnTo.map(told), want.returnTo.map(told)),
    ...lacking(want, have),
    ...changes('subject mode', have.subjectMode, want.subjectMode),
    ...changes('access token validity', have.accessTokenValidity, want.accessTokenValidity),
    ...(want.logout && have.logout ? changes('logout URI', have.logout.uri, want.logout.uri) : []),
    ...(want.logout?.uri && have.logout ? changes('logout method', have.logout.method, want.logout.method) : []),
    ...(have.isSigned ? [] : [differs('signing key', 'it has no RSA key to sign with, so apps believe no token')]),
    ...(have.isEncrypted ? [differs('encryption key', 'it encrypts tokens, and apps cannot read them')] : []),
    ...changes('issuer mode', have.issuerMode, 'per_provider'),
    ...(have.tellsInToken ? [] : [differs('claims', 'its tokens do not say who somebody is')]),
  ],

  async rehearse(want, { authentik }) {
    if (!want.client) return;
    const row = (await authentik.list('providers/oauth2')).find((one) => one.client_id === want.client?.id);
    if (row && row.sub_mode !== want.subjectMode) throw subjectFixed(row.name, row.sub_mode ?? '', want.subjectMode);
  },

  async apply(key, want, { authentik }) {
    const row = await rowIn(authentik, 'providers/oauth2', ({ name }) => name === key);
    if (!want) {
      if (row) await authentik.remove('providers/oauth2', row.pk);
      return;
    }
    const body = await bodyOf(want, authentik, row);
    if (row) await authentik.update('providers/oauth2', row.pk, changed(row, body));
    else await authentik.create('providers/oauth2', { name: key, ...body });
  },

  hint: (key) =>
    `In authentik, open Applications > Providers: if homeauth did not make "${key}", rename yours, or delete it.`,
};

function ofClient(want: OAuth2ProviderSpec, { client: { id, secret } }: OAuth2ProviderFound): readonly Reason[] {
  if (!want.client) return [];
  // A token without the right to read it is shown none.
  const isOther = secret.reveal() !== '' && secret.reveal() !== want.client.secret.reveal();
  return [
    ...changes('client ID', id, want.client.id),
    ...(isOther ? [differs('client secret', 'the client secret is not the one on disk')] : []),
  ];
}

const told = ({ mode, url, type }: ReturnAddress): string =>
  [type === 'logout' ? 'after logout' : '', mode === 'regex' ? 'like' : '', url].filter(Boolean).join(' ');

/** Lists without an order. */
function list(what: string, have: readonly string[], want: readonly string[]): readonly Reason[] {
  const [gone, fresh] = [have.filter((one) => !want.includes(one)), want.filter((one) => !have.includes(one))];
  if (gone.length + fresh.length === 0) return [];
  const words = [...fresh.map((one) => `+ ${one}`), ...gone.map((one) => `- ${one}`)].join(', ');
  return [differs(what, `${what}: ${words}`)];
}

/** What else an owner has it tell is theirs. */
function lacking(want: OAuth2ProviderSpec, have: OAuth2ProviderFound): readonly Reason[] {
  const lacks = want.mappings.filter((one) => !have.mappings.includes(one));
  return lacks.length === 0 ? [] : [differs('scopes', `scope mappings are missing: ${lacks.join(', ')}`)];
}

const calledBy = ({ managed, name }: Mapping): string => managed ?? name;

/** RSA is what every app can check; a key of another sort is refused by some, and one without its half signs nothing. */
const canSign = ({ key_type, private_key_available }: Row<'crypto/certificatekeypairs'>): boolean =>
  key_type === 'rsa' && private_key_available;

async function bodyOf(want: OAuth2ProviderSpec, authentik: Authentik, row: Provider | undefined) {
  const [flows, mappings, keys] = await Promise.all([
    authentik.list('flows/instances', 'known'),
    authentik.list('propertymappings/provider/scope', 'known'),
    authentik.list('crypto/certificatekeypairs', 'known'),
  ]);
  const flow = (wanted: string): string =>
    flows.find(({ slug }) => slug === wanted)?.pk ?? missing('flow', wanted, 'Flows and Stages > Flows');
  const mapping = (wanted: string): string =>
    mappings.find((one) => calledBy(one) === wanted)?.pk ??
    missing('scope mapping', wanted, 'Customization > Property Mappings');
  const client = want.client ?? missing('client', 'of this app', 'the files of homeauth');
  const kept = keys.find((one) => one.pk === row?.signing_key && canSign(one));
  const key = kept ?? keys.filter(canSign).toSorted((a, b) => (a.name < b.name ? -1 : 1))[0];
  if (!key) throw noKey();
  const theirs = (row?.property_mappings ?? []).filter((pk) => mappings.some((one) => one.pk === pk));
  return {
    authorization_flow: flow(want.authorizationFlow),
    invalidation_flow: flow(want.invalidationFlow),
    client_type: want.clientType,
    client_id: client.id,
    client_secret: client.secret,
    ...(want.grants && { grant_types: want.grants }),
    redirect_uris: want.returnTo.map(({ mode, url, type }) => ({
      matching_mode: mode,
      url,
      ...(want.grants && { redirect_uri_type: type }),
    })),
    property_mappings: [...new Set([...theirs, ...want.mappings.map(mapping)])],
    sub_mode: want.subjectMode,
    access_token_validity: want.accessTokenValidity,
    ...(want.logout && { logout_uri: want.logout.uri, logout_method: want.logout.method }),
    signing_key: key.pk,
    encryption_key: null,
    issuer_mode: 'per_provider',
    include_claims_in_id_token: true,
  } as unknown as Omit<Create<'providers/oauth2'>, 'name'>;
}

/** Only what is not as it should be; everything else is its owner's. */
function changed(row: Provider, body: object): Update<'providers/oauth2'> {
  const plain = (value: unknown): unknown =>
    value instanceof Secret ? value.reveal() : Array.isArray(value) ? JSON.stringify(value.toSorted(byText)) : value;
  return Object.fromEntries(
    Object.entries(body).filter(([field, value]) => plain(row[field as keyof Provider]) !== plain(value)),
  );
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

const noKey = (): Failure =>
  new Failure({
    code: 'no-rsa-key',
    problem: 'authentik has no RSA key to sign tokens with.',
    why: 'The default one was deleted. Most apps reject tokens that are signed with another type of key, or not signed.',
    fix: 'In authentik, open System > Certificates > Generate, choose RSA, and run the command again.',
  });

const subjectFixed = (name: string, is: string, wanted: string): Failure =>
  new Failure({
    code: 'subject-mode-fixed',
    problem: `"${name}" identifies people by ${is}, but homeauth.yaml says ${wanted}.`,
    why: 'The app would see everybody as a new person and create second accounts.',
    fix: `Write subject-mode: ${is} below its oidc. Or remove the app and add it again, and merge the accounts in the app by hand.`,
  });

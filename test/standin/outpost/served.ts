import { seconds } from '../api/checks.ts';
import { EMBEDDED } from '../seed.ts';
import type { ServedApp, State } from '../state.ts';

/** Tells the embedded outpost about its providers as they are now. Only providers with an application are served. */
export function push(state: State): void {
  const outpost = state.outposts.find((one) => one.managed === EMBEDDED);
  const configured = String(outpost?.config['authentik_host'] ?? '');
  const served: ServedApp[] = [];
  for (const pk of outpost?.providers ?? []) {
    const provider = state.providers.find((one) => one.pk === pk);
    const application = state.applications.find((one) => one.provider === pk);
    if (!provider || !application) continue;
    const scopes = provider.property_mappings.map((id) => state.mappings.find((one) => one.pk === id)?.scope_name);
    served.push({
      clientId: provider.client_id,
      secret: provider.client_secret,
      mode: provider.mode,
      externalHost: provider.external_host.replace(/\/$/, ''),
      cookieDomain: provider.cookie_domain,
      skip: provider.skip_path_regex,
      provider: provider.name,
      slug: application.slug,
      validity: seconds(provider.access_token_validity),
      scopes: scopes.filter((scope) => scope !== undefined),
      // Without authentik_host the outpost knows only its own inner address.
      authentikHost: configured.replace(/\/$/, '') || 'http://localhost',
      outpost: outpost?.name ?? '',
    });
  }
  Object.assign(state.propagation, { served, pushed: state.propagation.changed });
}

/**
 * Which application answers for a host: the exact external host first, else the longest cookie domain that the host
 * ends with, as plain text (so `evilhome.example.com` belongs to `home.example.com`). Capitals count: a host that is
 * written otherwise than in its provider is nobody's, or belongs to the domain that its end is spelled like.
 */
export function appFor(served: readonly ServedApp[], host: string): ServedApp | undefined {
  const exact = served.find(
    (one) => one.mode !== 'forward_domain' && one.externalHost.replace(/^https?:\/\/([^/]*).*$/, '$1') === host,
  );
  if (exact) return exact;
  return served
    .filter((one) => one.mode === 'forward_domain' && one.cookieDomain && host.endsWith(one.cookieDomain))
    .sort((a, b) => b.cookieDomain.length - a.cookieDomain.length)[0];
}

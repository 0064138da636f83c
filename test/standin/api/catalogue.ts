import { json, noContent } from '../http/reply.ts';
import type { Blueprint, KeyPair } from '../state.ts';
import { byPk } from './lookup.ts';
import { list } from './paging.ts';
import { type Route, route } from './router.ts';

const showKeypair = (one: KeyPair): unknown => ({
  pk: one.pk,
  name: one.name,
  fingerprint_sha256: one.fingerprint_sha256,
  fingerprint_sha1: one.fingerprint_sha1,
  cert_expiry: one.cert_expiry,
  cert_subject: one.cert_subject,
  private_key_available: true,
  key_type: one.key_type,
  certificate_download_url: `/api/v3/crypto/certificatekeypairs/${one.pk}/view_certificate/?download`,
  private_key_download_url: `/api/v3/crypto/certificatekeypairs/${one.pk}/view_private_key/?download`,
  managed: one.managed,
});

const showBlueprint = (one: Blueprint): unknown => ({
  pk: one.pk,
  name: one.name,
  path: one.path,
  context: {},
  last_applied: one.last_applied,
  last_applied_hash: one.last_applied_hash,
  status: one.status,
  enabled: one.enabled,
  managed_models: [],
  // Until it is applied, only the labels of the file are known, if it has any.
  metadata:
    one.last_applied_hash || Object.keys(one.labels).length > 0
      ? { name: one.name, labels: one.labels }
      : { name: one.name },
  content: '',
});

/** Read-only collections: key pairs and blueprints. */
export const catalogueRoutes: readonly Route[] = [
  route(
    '/crypto/certificatekeypairs/',
    {
      GET: (call) =>
        list(call, {
          rows: call.state.keypairs,
          show: showKeypair,
          search: (one) => [one.name],
          filters: {
            name: { kind: 'exact', of: (one) => one.name },
            has_key: { kind: 'bool', of: () => true },
            managed: { kind: 'exact', of: (one) => one.managed },
          },
          order: { name: (one) => one.name },
        }),
    },
    'admin',
    ['POST'],
  ),
  route(
    '/managed/blueprints/',
    {
      GET: (call) =>
        list(call, {
          rows: call.state.blueprints,
          show: showBlueprint,
          search: (one) => [one.name, one.path],
          filters: { name: { kind: 'exact', of: (one) => one.name }, path: { kind: 'exact', of: (one) => one.path } },
          order: { name: (one) => one.name, path: (one) => one.path },
        }),
    },
    'admin',
    ['POST'],
  ),
  route(
    '/managed/blueprints/:pk/',
    {
      GET: (call) => json(200, showBlueprint(byPk(call, call.state.blueprints, 'BlueprintInstance'))),
      DELETE: (call) => {
        const { state } = call;
        const instance = byPk(call, state.blueprints, 'BlueprintInstance');
        state.blueprints = state.blueprints.filter((one) => one !== instance);
        return noContent();
      },
    },
    'admin',
    ['PUT', 'PATCH'],
  ),
  route('/managed/blueprints/:pk/apply/', {
    // Asynchronous: the worker does it, and the answer still shows the old status.
    POST: (call) => {
      const instance = byPk(call, call.state.blueprints, 'BlueprintInstance');
      call.state.queue.push(instance.pk);
      return json(200, showBlueprint(instance));
    },
  }),
];

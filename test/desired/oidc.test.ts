import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dirname } from 'node:path/posix';
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import type { Facts } from '../../src/desired/facts.ts';
import { layoutOf } from '../../src/desired/layout.ts';
import { ldapSecrets, ldapServers } from '../../src/desired/ldap.ts';
import { clients } from '../../src/desired/oidc.ts';
import { variables } from '../../src/desired/variables.ts';
import { compiledTemplates } from '../../src/formats/template.ts';
import type { Resource } from '../../src/model/resource.ts';
import { reveal, Secret } from '../../src/model/secret.ts';
import { packagedTemplates } from '../../src/world/templates.ts';
import { catalogue } from '../fakes/catalogue.ts';

const text = readFileSync(join(import.meta.dirname, '../../examples/laptop-internal.yaml'), 'utf8');
const { config } = parseConfig(
  text.replace(
    /^apps:\n/m,
    "apps:\n  - { name: miniflux, upstream: 'miniflux:8080', login: oidc }\n  - { name: radicale, upstream: 'radicale:5232', login: ldap }\n",
  ),
  'homeauth.yaml',
  catalogue.find,
);
const layout = layoutOf(config.baseDir);
const client = { id: 'an id', secret: new Secret('a secret') };
const facts = { clients: { miniflux: client }, authorities: 'its own, and those of browsers' };
const wanted = [clients(config, layout, 'directory:/'), variables(config, layout, facts, 'directory:/')];
const templates = await compiledTemplates(packagedTemplates)();
const byLdap = [ldapSecrets(config, layout, 'directory:/'), ldapServers(config, layout, { templates } as Facts).files];
const textOf = (found: Resource | undefined) => (found?.kind === 'file' ? reveal(found.spec.content) : '');

test('what lies in a folder comes after it, because one stage makes both', () => {
  for (const stage of [...wanted, ...byLdap]) {
    const folders = stage.filter(({ kind }) => kind === 'directory').map(({ key }) => key);
    expect(folders).toHaveLength(1);
    const below = stage.filter(({ key }) => folders.includes(dirname(key)));
    expect(below).toHaveLength(stage.length - 1);
    for (const { key, after } of below) expect(after, key).toEqual([`directory:${dirname(key)}`]);
  }
});

test("where Caddy's own authority signs, the app is told where to find it, in its variables", () => {
  const files = wanted.flat().filter(({ kind }) => kind === 'file');
  expect(files.map(({ key }) => key)).toEqual([
    `${layout.root}/apps/authorities.pem`,
    `${layout.root}/apps/miniflux.env`,
  ]);
  expect(textOf(files[0])).toBe('its own, and those of browsers');
  for (const name of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE'])
    expect(textOf(files[1])).toContain(`${name}=/etc/homeauth/authorities.pem\n`);
  const elsewhere = variables({ ...config, tls: 'auto' }, layout, facts, 'directory:/');
  expect(elsewhere.map(({ key }) => key)).toEqual([`${layout.root}/apps`, `${layout.root}/apps/miniflux.env`]);
  expect(textOf(elsewhere[1])).not.toContain('SSL_CERT_FILE');
});

test('until Caddy has made its authority, nothing that is there is replaced', () => {
  const [, file] = variables(config, layout, { clients: facts.clients }, 'directory:/');
  expect(file).toMatchObject({ kind: 'file', spec: { content: '', once: true } });
});

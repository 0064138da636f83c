import { isLeftAlone } from '../config/app-login.ts';
import type { App, Config } from '../config/config.ts';
import type { Id, Resource } from '../model/resource.ts';
import type { Facts } from './facts.ts';
import type { Layout } from './layout.ts';

/** Where the picture of an app's tile lies, where it has one. */
const iconOf = ({ icons }: Layout, { name, tile }: App): string | undefined =>
  tile?.icon === 'app' ? `${icons}/${name}` : tile?.icon;

/** Only an app with an application of its own has a tile. */
const withTiles = ({ apps }: Config): readonly App[] => apps.filter((app) => app.mode === 'app' && !isLeftAlone(app));

/** The pictures that homeauth.yaml wants, by their paths on disk. */
export const picturesOf = (config: Config, layout: Layout): readonly string[] =>
  [...withTiles(config).map((app) => iconOf(layout, app)), config.brandLogo, config.brandFavicon].flatMap(
    (path) => path ?? [],
  );

/** Icons that apps have themselves. They live with the tiles that they are for. */
export function icons(config: Config, layout: Layout, inside: Id): Resource[] {
  const own = withTiles(config).filter((app) => app.tile?.icon === 'app' && app.upstream !== undefined);
  if (own.length === 0) return [];
  return [
    { kind: 'directory', key: layout.icons, spec: { mode: 0o700, owner: { uid: 0, gid: 0 } }, inside },
    ...own.map(
      ({ name: app, host, upstream = '', site }): Resource => ({
        kind: 'icon',
        key: `${layout.icons}/${app}`,
        spec: { app, host, upstream, https: site?.tls !== undefined },
        inside,
        after: [`directory:${layout.icons}`],
      }),
    ),
  ];
}

/** Pictures in authentik's storage, and what shows them: never an address elsewhere, which would tell of each visit. */
export function pictures(config: Config, layout: Layout, { pictures: known = {} }: Facts, inside: Id): Resource[] {
  const stored = [
    ...new Map(
      picturesOf(config, layout).flatMap((source) => (known[source] ? [[known[source], source] as const] : [])),
    ),
  ];
  const shown = (
    kind: 'tile-icon' | 'brand-image',
    key: string,
    field: string,
    path: string | undefined,
  ): Resource[] => {
    const name = path === undefined ? undefined : known[path];
    if (name === undefined) return [];
    return [{ kind, key, spec: { fields: { [field]: name } }, inside, after: [`media:${name}`] }];
  };
  const ofBrand = (field: string, path: string | undefined) =>
    shown('brand-image', `${config.authHost}/${field}`, field, path);
  return [
    ...stored.map(([key, source]): Resource => ({ kind: 'media', key, spec: { source }, inside })),
    ...withTiles(config).flatMap((app) => shown('tile-icon', app.name, 'meta_icon', iconOf(layout, app))),
    ...ofBrand('branding_logo', config.brandLogo),
    ...ofBrand('branding_favicon', config.brandFavicon),
  ];
}

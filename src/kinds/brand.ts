import type { Kind } from '../engine/kind.ts';
import type { ObjectSpec } from '../model/sso.ts';
import { adjustedKind } from './object/adjusted.ts';
import type { Place } from './object/object.ts';

/** The brand that authentik takes for a host name that people open: one of its domain, else the default. */
const placeOf = (host: string): Place => ({
  collection: 'core/brands',
  find: (rows) =>
    rows.find((row) => row['domain'] !== '' && host.endsWith(String(row['domain']))) ??
    rows.find((row) => row['default'] === true),
  id: (row) => String(row['brand_uuid']),
  called: {},
});

const words = (hint: string) => ({ what: 'brand', where: 'System > Brands', hint: () => hint });

/** key: the host name. Which flows its brand names. */
export const brandKind = adjustedKind(
  { noun: 'brand for' },
  placeOf,
  words('In authentik, open System > Brands, and see which flows are set there.'),
);

/** key: the host name. How its brand is called where homeauth.yaml says so: whatever was set there gives way. */
export const brandLookKind = adjustedKind(
  { noun: 'look of the brand for' },
  placeOf,
  words('In authentik, open System > Brands, and see which title is set there.'),
);

/** key: `<host name>/<field>`. A picture of its brand: what was set there gives way, and comes back. */
export const brandImageKind = adjustedKind(
  { noun: 'picture of the brand for', item: (key) => key.replace('/branding_', ', ') },
  (key) => placeOf(key.slice(0, key.indexOf('/'))),
  words('In authentik, open System > Brands, and see which pictures are set there.'),
);

/** What authentik calls itself until somebody says otherwise. */
const shipped = 'authentik';

const title = adjustedKind(
  { noun: 'title of the brand for', isPart: true },
  placeOf,
  words('In authentik, open System > Brands, and see which title is set there.'),
);

/** key: the host name. How its brand is called, on a phone too. A title of its owner's own is right as it is. */
export const brandTitleKind: Kind<ObjectSpec> = {
  ...title,
  differs: (want, have) => (have.fields['branding_title'] === shipped ? title.differs(want, have) : []),
};

import { adjustedKind } from './object/adjusted.ts';

/** key: the host name that people open. Settings of the brand that authentik takes for it: one of its domain, else the default. */
export const brandKind = adjustedKind(
  (host) => ({
    collection: 'core/brands',
    find: (rows) =>
      rows.find((row) => row['domain'] !== '' && host.endsWith(String(row['domain']))) ??
      rows.find((row) => row['default'] === true),
    id: (row) => String(row['brand_uuid']),
    called: {},
  }),
  {
    what: 'brand',
    where: 'System > Brands',
    hint: () => 'In authentik, open System > Brands, and see which flows are set there.',
  },
);

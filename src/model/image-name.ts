/** An image's name without its tag: `postgres`, `ghcr.io/goauthentik/server`. */
const repositoryOf = (reference: string): string => reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '');

/** What an image is called at whatever registry: `goauthentik/server`. */
export const imagePath = (reference: string): string => repositoryOf(reference).replace(/^[^/]*[.:][^/]*\//, '');

/** The name by which nothing but this very image is found and fetched, whatever becomes of the tag. */
export const nameByDigest = (reference: string, digest: string): string => `${repositoryOf(reference)}@${digest}`;

/** The tag, for people, and the digest, by which Docker and Compose go where both are given. */
export const pinnedName = ({ image, digest }: { readonly image: string; readonly digest?: string }): string =>
  digest === undefined ? image : `${image}@${digest}`;

/** The two parts of a name as `pinnedName` writes it. */
export function partsOf(name: string): { image: string; digest?: string } {
  const [image = '', digest] = name.split('@');
  return { image, ...(digest !== undefined && { digest }) };
}

/** The digest by which an image's own registry knows it. One that was built or loaded here may have none. */
export function digestIn(names: readonly string[], reference: string): string | undefined {
  const digests = names.map(partsOf).filter(({ image }) => image === repositoryOf(reference));
  return digests.find(({ digest }) => isDigest(digest))?.digest;
}

/** Whether a value is the digest of an image. */
export const isDigest = (value: unknown): value is string =>
  typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value);

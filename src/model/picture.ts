/** The icon that an app itself has, in a file. */
export interface IconSpec {
  /** The app, the host that it is asked for, and where it answers. */
  readonly app: string;
  readonly host: string;
  readonly upstream: string;
  readonly https: boolean;
}

/** A picture in authentik's storage. Its name has a part of its digest, so what has that name is that picture. */
export interface MediaSpec {
  /** Where it lies on disk. Found: nothing of that is known. */
  readonly source?: string;
}

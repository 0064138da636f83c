/** A line of the engine's answer to a pull. */
export interface PullLine {
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string };
}

/** Adds up what is known of an image's layers; undefined for a line that tells nothing about bytes. */
export function layerCounter(): (line: PullLine) => { done: number; total: number } | undefined {
  const layers = new Map<string, { done: number; total: number }>();
  return ({ id, status, progressDetail: detail }) => {
    if (id === undefined) return undefined;
    const known = layers.get(id);
    if (status === 'Downloading' && detail?.total) {
      layers.set(id, { done: detail.current ?? 0, total: detail.total });
    } else if (status === 'Download complete' && known) {
      layers.set(id, { ...known, done: known.total });
    } else {
      return undefined;
    }
    const all = [...layers.values()];
    return {
      done: all.reduce((sum, layer) => sum + layer.done, 0),
      total: all.reduce((sum, layer) => sum + layer.total, 0),
    };
  };
}

/** How many times the silence that is borne may be borne again while there are signs of life. */
const mostSilences = 10;

/** Waits for one answer, for as long as there are signs of life. */
export interface Vigil {
  /** Aborted when it is given up. */
  readonly signal: AbortSignal;
  /** Something came: the silence begins anew. */
  heard(): void;
  end(): void;
}

/**
 * Each time the silence has lasted `silence` ms the server is asked whether it `lives`, as one that computes a long
 * list sends no byte meanwhile. While it shows signs of life it is waited for, ten times as long at most.
 */
export function keepVigil(silence: number, lives: () => Promise<boolean> = async () => false): Vigil {
  const given = new AbortController();
  const end = performance.now() + silence * mostSilences;
  let timer = setTimeout(doubt, silence);
  let signs = 0;
  let isOver = false;

  async function doubt(): Promise<void> {
    const before = signs;
    const goesOn = performance.now() < end && ((await lives()) || signs > before);
    if (isOver) return;
    if (goesOn) again();
    else given.abort();
  }

  function again(): void {
    clearTimeout(timer);
    timer = setTimeout(doubt, silence);
  }

  return {
    signal: given.signal,
    heard() {
      signs++;
      again();
    },
    end() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}

/** A turn for what else waits to be done, between pieces of work of a large file: a cancel that came meanwhile is heard. */
export const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Work that somebody waits for, and may no longer want. */
export interface Wanted {
  readonly signal?: AbortSignal;
  /** How far it is, in pieces. */
  readonly onProgress?: (done: number, total: number | null) => void;
  /** Bytes of Python that are there, where the work needs it. */
  readonly onPython?: (done: number, total: number) => void;
}

/** Milliseconds of work between two breaths: few against a second, many against what a breath costs a browser (4 ms). */
const STRETCH = 50;

/**
 * Called between the pieces of long work: takes a breath where the last one is long ago, and tells how far the work is.
 * Rejects with the signal's reason where it is not wanted any more.
 */
export type Pace = (done?: number, total?: number | null) => Promise<void>;

export function pacing({ signal, onProgress }: Wanted = {}): Pace {
  let last = performance.now();
  return async (done, total) => {
    if (performance.now() - last < STRETCH) return;
    if (done !== undefined) onProgress?.(done, total ?? null);
    await breath();
    signal?.throwIfAborted();
    last = performance.now();
  };
}

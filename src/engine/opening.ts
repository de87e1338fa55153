/** How a command opens models: it tells how far it is, and stops when it is cancelled. */
import type { OpenOptions } from '../library/model-shelf';
import type { DownloadProgress } from '../library/sources/progress';
import { SourceError } from '../library/sources/source-error';
import type { OnLoaded } from '../model/net/parameters';
import type { Call } from './service';

/** Milliseconds between two words on how far the weights are. */
const TELL = 100;

export interface Opening extends OpenOptions {
  /** For the weights on their way to the device. */
  readonly onLoaded: OnLoaded;
  /** For problems or examples that are read. */
  onRead(done: number, total: number | null): void;
  /** For Python, where answers are code. */
  onPython(done: number, total: number): void;
}

type Told = Pick<Call, 'signal' | 'progress'>;

/** Bytes that come, then values that are on the device, in the words of the page. */
export function hooksFor(
  { signal, progress }: Told,
  weights: string,
  coming: (p: DownloadProgress) => string,
): Opening {
  let told = 0;
  return {
    signal,
    onProgress: (p) => progress({ what: coming(p), done: p.totalReceived, total: p.totalSize, download: p }),
    onLoaded(done, total) {
      if (done < total && performance.now() - told < TELL) return;
      told = performance.now();
      progress({ what: weights, done, total, download: null });
    },
    onRead: (done, total) => progress({ what: 'Reading the data', done, total, download: null }),
    onPython: (done, total) =>
      progress({ what: done < total ? 'Loading Python' : 'Starting Python', done, total, download: null }),
  };
}

/** The way to open the model `name` for a run. */
export function openingFor(name: string, call: Told): Opening {
  const shown = name.replace(/^dropped:/, '');
  call.progress({ what: `Opening ${shown}`, done: 0, total: null, download: null });
  const hooks = hooksFor(call, `Loading the weights of ${shown}`, () => `Downloading ${shown}`);
  return {
    ...hooks,
    onLoaded(done, total) {
      if (call.signal.aborted)
        throw new SourceError('cancelled', 'The loading was cancelled', shown, 'Start begins it again.');
      hooks.onLoaded(done, total);
    },
  };
}

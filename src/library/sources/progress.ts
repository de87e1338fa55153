/** How far a download is, in bytes, for a bar or a line. */

export interface DownloadProgress {
  /**
   * waiting: another tab or process downloads this model. checking: bytes that were already here are read once more.
   * retrying: the connection broke, the next attempt is near. done: of one file, whole and checked.
   */
  state: 'waiting' | 'checking' | 'downloading' | 'retrying' | 'done';
  /** The file's name in the repository. */
  file: string;
  /** Bytes of this file that are here, and of the whole file (null while unknown). */
  received: number;
  size: number | null;
  /** The same for all files of the model. */
  totalReceived: number;
  totalSize: number | null;
  /** Bytes a second over the last seconds; 0 while nothing comes. */
  rate: number;
  /** Set once bytes are kept in memory only, because there is no room for them; says so in a sentence. */
  inMemory: string | null;
  /** Set with a file that is whole and that the Hub gave no digest of; says so in a sentence. */
  unchecked: string | null;
  /** Why the connection broke, while retrying. */
  reason: string | null;
}

/** Bytes a second over a window of some seconds. */
export class RateMeter {
  private readonly samples: { time: number; bytes: number }[] = [];
  private bytes = 0;

  constructor(private readonly windowMs = 5000) {}

  add(bytes: number, time = performance.now()): void {
    this.bytes += bytes;
    const last = this.samples.at(-1);
    // Chunks come thousands a second; ten marks a second are enough.
    if (last && this.samples.length > 1 && time - last.time < 100) last.bytes = this.bytes;
    else this.samples.push({ time, bytes: this.bytes });
    while (this.samples.length > 2 && this.samples[1].time < time - this.windowMs) this.samples.shift();
  }

  rate(time = performance.now()): number {
    const first = this.samples[0];
    if (!first || time - first.time < 50) return 0;
    return ((this.bytes - first.bytes) / (time - first.time)) * 1000;
  }
}

/** What a host shows while something is opened: bytes of a download, or values on their way to the device. */
export interface LoadProgress {
  /** In words, e.g. "Downloading Qwen/Qwen3-0.6B", "Loading weights". */
  what: string;
  done: number;
  /** null while unknown. */
  total: number | null;
  /** While bytes come over the network. */
  download: DownloadProgress | null;
}

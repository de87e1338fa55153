/** HTTP that survives a bad line: attempts with back-off, and connections that go silent are cut. */
import { BOUNDS } from '../../data/bounds';
import { expectWithin } from '../../data/bytes';
import { BadInput } from '../../data/errors';

/** How a source talks to the network. */
export interface NetworkOptions {
  /** Default: the host's own. */
  fetch?: typeof fetch;
  /** Stops everything under way. */
  signal?: AbortSignal;
  /** Attempts in a row without a new byte after which a source gives up, less one. Default 5. */
  retries?: number;
  /** Wait before the second attempt, in milliseconds; it doubles from then on. Default 500. */
  backoffMs?: number;
  /** A connection without a byte for so long is cut and tried again. Default 30 s. */
  stallMs?: number;
}

export interface Network {
  fetch: typeof fetch;
  signal?: AbortSignal;
  retries: number;
  backoffMs: number;
  stallMs: number;
}

const LONGEST_WAIT = 30_000;

export function network(options: NetworkOptions): Network {
  // Called as a bare function: a browser's fetch refuses to be a method of anything but its global.
  const given = options.fetch ?? globalThis.fetch;
  return {
    fetch: (input, init) => given(input, init),
    signal: options.signal,
    retries: options.retries ?? 5,
    backoffMs: options.backoffMs ?? 500,
    stallMs: options.stallMs ?? BOUNDS.stall,
  };
}

/** A fault that may pass: a cut or refused connection, 408, 429, 5xx. */
export class Transient extends Error {
  constructor(
    message: string,
    /** Whether the attempt brought bytes, so that counting starts again. */
    readonly progressed = false,
    /** What the server asked for, in milliseconds. */
    readonly waitMs: number | null = null,
    /** The status of an answer; null where none came. */
    readonly status: number | null = null,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** An answer that says "later"; null where it says something else. */
export function transientAnswer(response: Response): Transient | null {
  const { status } = response;
  if (status !== 408 && status !== 429 && status < 500) return null;
  const asked = response.headers.get('retry-after');
  const seconds = asked === null ? Number.NaN : Number(asked);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : asked ? Date.parse(asked) - Date.now() : Number.NaN;
  return new Transient(`the server answered ${status}`, false, Number.isFinite(ms) ? Math.max(0, ms) : null, status);
}

/**
 * Runs `work` until it does not throw Transient. Rethrows the last one when attempts run out, other errors at once, and the
 * signal's reason when it aborts. `work` gets the number of fruitless attempts so far.
 */
export async function retrying<T>(
  net: Network,
  work: (failures: number) => Promise<T>,
  onRetry?: (waitMs: number, error: Transient) => void,
): Promise<T> {
  let failures = 0;
  for (;;) {
    net.signal?.throwIfAborted();
    try {
      return await work(failures);
    } catch (error) {
      net.signal?.throwIfAborted();
      if (!(error instanceof Transient)) throw error;
      failures = error.progressed ? 1 : failures + 1;
      if (failures > net.retries || (error.waitMs ?? 0) > BOUNDS.patience) throw error;
      const own = Math.min(LONGEST_WAIT, net.backoffMs * 2 ** (failures - 1));
      // A little chance, so that the tabs of a class do not all come back at once.
      const wait = Math.max(error.waitMs ?? 0, own * (0.75 + Math.random() / 2));
      onRetry?.(wait, error);
      await pause(wait, net.signal);
    }
  }
}

/** One exchange: the answer's head, and its body in chunks that come in time. */
export interface Exchange {
  response: Response;
  /** The body. Throws Transient where the connection breaks or goes silent. */
  chunks(): AsyncGenerator<Uint8Array>;
  /** Ends the exchange where the body is not wanted. */
  cancel(): void;
}

/** Sends a request. Throws Transient where no answer comes. */
export async function exchange(net: Network, url: string, init: RequestInit = {}): Promise<Exchange> {
  const cut = new AbortController();
  const signal = net.signal ? AbortSignal.any([net.signal, cut.signal]) : cut.signal;
  /** What `promise` gives, unless it keeps us waiting. */
  const inTime = async <T>(promise: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => cut.abort(new Error(`no byte for ${net.stallMs / 1000} s`)), net.stallMs);
    try {
      return await promise;
    } catch (error) {
      if (net.signal?.aborted) throw net.signal.reason;
      if (error instanceof BadInput) throw error; // refused, and not for the line's sake
      const reason = cut.signal.aborted ? cut.signal.reason : error;
      throw new Transient((reason as Error).message ?? String(reason), false, null, null, reason);
    } finally {
      clearTimeout(timer);
    }
  };
  const response = await inTime(net.fetch(url, { ...init, signal }));
  return {
    response,
    cancel: () => cut.abort(),
    async *chunks() {
      if (!response.body) return;
      const reader = response.body.getReader();
      try {
        for (;;) {
          const { done, value } = await inTime(reader.read());
          if (done) return;
          yield value;
        }
      } finally {
        reader.cancel().catch(() => {});
        cut.abort();
      }
    },
  };
}

/** The whole body of a small answer, as it is after unpacking. Throws Transient, and BadInput for one over `most` bytes. */
export async function bodyOf({ chunks }: Exchange, most: number, where: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks()) {
    parts.push(chunk);
    size += chunk.length;
    expectWithin(size, most, 'The server’s answer', where);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** "bytes 5-9/10" or "bytes *\/10" as numbers; null where the header is missing (or hidden by CORS). */
export function contentRange(response: Response): { from: number | null; total: number | null } | null {
  const match = /^bytes\s+(?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get('content-range')?.trim() ?? '');
  if (!match) return null;
  return { from: match[1] === undefined ? null : Number(match[1]), total: match[2] === '*' ? null : Number(match[2]) };
}

/** Resolves after `ms`; throws the signal's reason when it aborts. */
function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** One file on the web, read by HTTP ranges. */
import type { ByteSource } from '../../data/bytes';
import { contentRange, type Exchange, exchange, type Network, retrying, Transient, transientAnswer } from './request';
import { reasonOf, SourceError } from './source-error';

export interface RangedFile {
  url: string;
  /** Bytes of the whole file. */
  size: number;
  /** The server's name for the bytes, where it is known: bytes of another name are refused. */
  etag: string | null;
  /** Sent with every request. */
  headers?: Record<string, string>;
  /** An answer of 4xx as an error to throw. */
  refusal(response: Response): Error;
}

/** The file as a source. Every read is a request; it throws SourceError. */
export function rangedFile(net: Network, file: RangedFile): ByteSource {
  return { where: file.url, size: file.size, read: (from, to) => readRange(net, file, from, to) };
}

async function readRange(net: Network, file: RangedFile, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
  const { url, size, etag } = file;
  if (from < 0 || to > size || from > to) {
    throw new SourceError(
      'length',
      `The file has ${size} bytes, asked for ${from} to ${to}`,
      url,
      'It is not whole; upload it again.',
    );
  }
  if (from === to) return new Uint8Array(0);
  return asking(net, url, async () => {
    const answer = await exchange(net, url, { headers: { ...file.headers, Range: `bytes=${from}-${to - 1}` } });
    const { response } = answer;
    try {
      if (!response.ok) throw transientAnswer(response) ?? file.refusal(response);
      const [range, now] = [contentRange(response), response.headers.get('etag')];
      if ((etag && now && etag !== now) || (range?.total ?? size) !== size)
        throw new SourceError('corrupt', 'The file was changed while it was being read', url, 'Open the model again.');
      // A server may forget its ranges (a proxy beside another); then the file is read as far as it is wanted.
      const start = response.status === 206 ? 0 : from;
      const part = await bytesBetween(answer, start, start + to - from);
      if (part.length !== to - from) throw new Transient(`of ${to - from} bytes ${part.length} came`);
      return part;
    } finally {
      answer.cancel();
    }
  });
}

/** Bytes from … to − 1 of a body, fewer where it ends before. What follows is not waited for. */
async function bytesBetween({ chunks }: Exchange, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(to - from);
  let at = 0;
  for await (const chunk of chunks()) {
    const part = chunk.subarray(Math.max(0, from - at), to - at);
    bytes.set(part, Math.max(0, at - from));
    at += chunk.length;
    if (at >= to) return bytes;
  }
  return bytes.subarray(0, Math.max(0, at - from));
}

/** Runs requests until they are answered. Throws SourceError. */
export async function asking<T>(net: Network, url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await retrying(net, work);
  } catch (error) {
    if (net.signal?.aborted)
      throw new SourceError('cancelled', 'The reading was cancelled', url, 'It can be started again.', error);
    if (!(error instanceof Transient)) throw error;
    if (error.status !== null)
      throw new SourceError('server', `The file cannot be read: ${error.message}`, url, 'Try again later.', error);
    throw new SourceError(
      'offline',
      `The server could not be reached: ${reasonOf(error.cause ?? error)}`,
      url,
      'Check the address and the connection. From a web page, the server must allow other pages to read it (CORS), and the lab must be told of it: npm start -- --allow ORIGIN.',
      error,
    );
  }
}

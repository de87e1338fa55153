/** One file over HTTP into a PartialFile: continued where it stopped, and checked. */
import { bytesText, unsizedBound } from '../../data/bytes';
import type { ListedFile } from './choose-files';
import { type Digest, digestOf } from './digest';
import type { PartialFile } from './partial-file';
import { contentRange, type Exchange, exchange, type Network, retrying, Transient, transientAnswer } from './request';
import { reasonOf, SourceError } from './source-error';

export interface DownloadJob {
  url: string;
  file: ListedFile;
  headers: Record<string, string>;
  /** An answer of 4xx as an error to throw. */
  refusal(response: Response): Promise<Error>;
  /** `fresh`: how many of the bytes came over the network just now. */
  onState(state: 'checking' | 'downloading' | 'retrying', fresh: number, reason?: string): void;
}

/** After so many fruitless attempts in a row a range is no longer asked for: some proxies and browsers break on them. */
const RANGE_ATTEMPTS = 3;

/** How far one file is, over all attempts. */
interface Progress {
  digest: Digest | null;
  /** The length at which an answer ended without a break, though more bytes were listed. */
  endedAt: number | null;
}

/**
 * Brings the file to its end. Throws SourceError: offline, length, corrupt, server, or what `refusal` says. What has come
 * by then stays, unless its length or digest is wrong: then it is deleted.
 */
export async function download(net: Network, partial: PartialFile, job: DownloadJob): Promise<void> {
  const { file } = job;
  const progress: Progress = { digest: await digestSoFar(partial, job), endedAt: null };
  try {
    await retrying(
      net,
      async (failures) => {
        while (file.size === null || partial.length < file.size) {
          if (await attempt(net, partial, job, progress, failures)) return;
        }
      },
      (_, error) => job.onState('retrying', 0, reasonOf(error)),
    );
  } catch (error) {
    throw error instanceof Transient ? lost(error, partial, job) : error;
  }
  await verify(partial, job, progress.digest);
}

/** The digest of what was here before. */
async function digestSoFar(partial: PartialFile, job: DownloadJob): Promise<Digest | null> {
  const digest = digestOf(job.file);
  if (digest && partial.length > 0) {
    for await (const block of partial.blocks()) {
      digest.update(block);
      job.onState('checking', 0);
    }
  }
  return digest;
}

/** One request. True where the server says that the file ends here. Throws Transient where it has to be tried again. */
async function attempt(
  net: Network,
  partial: PartialFile,
  job: DownloadJob,
  progress: Progress,
  failures: number,
): Promise<boolean> {
  const before = partial.length;
  const headers = { ...job.headers };
  // Without If-Range: it would make browsers ask the CDN's permission first, which some refuse. The etag is compared below.
  if (before > 0 && failures < RANGE_ATTEMPTS) headers.Range = `bytes=${before}-`;
  const answer = await exchange(net, job.url, { headers });
  const { response } = answer;
  try {
    if (response.status === 416) return await rangeRefused(partial, job, progress, response);
    if (!response.ok) throw transientAnswer(response) ?? (await job.refusal(response));
    const range = response.status === 206 ? contentRange(response) : null;
    const total = range?.total ?? null;
    if (total !== null && job.file.size !== null && total !== job.file.size)
      throw await wrongLength(partial, job, total);
    const etag = response.headers.get('etag');
    const changed = before > 0 && etag !== null && partial.etag !== null && etag !== partial.etag;
    if (changed) {
      await partial.restart(etag);
      progress.digest = digestOf(job.file);
      if (response.status === 206) return false; // the end of other bytes; the next request asks for all of them
    } else if (before === 0) await partial.begin(etag);
    const from = response.status === 206 ? (range?.from ?? before) : 0;
    if (from > partial.length) throw new Transient(`the server sent bytes from ${from}, asked for ${partial.length}`);
    await receive(answer, partial, job, progress, from);
    return await isEnd(partial, job, progress); // awaited here: `finally` takes its time
  } finally {
    answer.cancel();
    await partial.flush();
  }
}

/** Takes the body, whose first byte is byte `at` of the file; what is already here is skipped. */
async function receive(
  answer: Exchange,
  partial: PartialFile,
  job: DownloadJob,
  progress: Progress,
  at: number,
): Promise<void> {
  const before = partial.length;
  try {
    for await (const chunk of answer.chunks()) {
      const news = chunk.subarray(Math.max(0, partial.length - at));
      at += chunk.length;
      if (news.length > 0) {
        await partial.append(news);
        progress.digest?.update(news);
      }
      job.onState('downloading', chunk.length);
      if (job.file.size !== null && partial.length > job.file.size) throw await wrongLength(partial, job, null);
      if (job.file.size === null && partial.length > unsizedBound(job.file.name)) throw await endless(partial, job);
    }
  } catch (error) {
    if (!(error instanceof Transient)) throw error;
    throw new Transient(error.message, partial.length > before, error.waitMs, error.status, error.cause);
  }
}

/** The answer ended without a break: is the file whole? Where bytes are missing twice at the same place, none will come. */
async function isEnd(partial: PartialFile, job: DownloadJob, progress: Progress): Promise<boolean> {
  const { size } = job.file;
  if (size === null || partial.length === size) return true;
  if (progress.endedAt === partial.length) throw await wrongLength(partial, job, partial.length);
  progress.endedAt = partial.length;
  throw new Transient(`the connection ended after ${partial.length} of ${size} bytes`, true);
}

/** 416: the server has no byte where we are. */
async function rangeRefused(
  partial: PartialFile,
  job: DownloadJob,
  progress: Progress,
  response: Response,
): Promise<boolean> {
  const total = contentRange(response)?.total ?? null;
  if (total !== null && job.file.size !== null && total !== job.file.size) throw await wrongLength(partial, job, total);
  if (total === partial.length) return true;
  await partial.restart(null);
  progress.digest = digestOf(job.file);
  throw new Transient('the server refused the range', false, 0);
}

async function wrongLength(partial: PartialFile, job: DownloadJob, has: number | null): Promise<SourceError> {
  await partial.discard();
  return new SourceError(
    'length',
    `${job.file.name} has the wrong length: ${has ?? 'more'} bytes instead of ${job.file.size}`,
    job.url,
    'What came was deleted. Try again; if it happens again, a proxy or mirror between here and the Hub changes files.',
  );
}

/** A file whose size nobody tells must end somewhere. */
async function endless(partial: PartialFile, job: DownloadJob): Promise<SourceError> {
  await partial.discard();
  return new SourceError(
    'length',
    `${job.file.name}, whose size the Hub does not list, has more than the ${bytesText(unsizedBound(job.file.name))} that are read`,
    job.url,
    'What came was deleted. Download the model with another program and open its folder, or use another mirror.',
  );
}

async function verify(partial: PartialFile, job: DownloadJob, digest: Digest | null): Promise<void> {
  const actual = digest?.finish();
  if (!digest || actual === digest.expected) return;
  await partial.discard();
  throw new SourceError(
    'corrupt',
    `${job.file.name} is corrupt: its ${digest.kind} is ${actual?.slice(0, 12)}…, the Hub lists ${digest.expected.slice(0, 12)}…`,
    job.url,
    'The file was deleted. Download it again; if it happens again, a proxy or mirror between here and the Hub changes files.',
  );
}

function lost(error: Transient, partial: PartialFile, { file, url }: DownloadJob): SourceError {
  const kept = `${bytesText(partial.length)}${file.size === null ? '' : ` of ${bytesText(file.size)}`}`;
  return new SourceError(
    error.status === null ? 'offline' : 'server',
    `The download of ${file.name} stopped: ${reasonOf(error)}`,
    url,
    `${partial.length > 0 && !partial.inMemory ? `What has come is kept (${kept}). ` : ''}${
      error.status === 429
        ? 'The server asks for patience; wait some minutes and start it again, or give a token.'
        : `Check the connection and start it again${partial.inMemory ? '' : '; it then goes on where it stopped'}.`
    }`,
    error,
  );
}

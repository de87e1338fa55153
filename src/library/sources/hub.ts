/**
 * A model on the Hugging Face Hub, or on a mirror of it, as a folder of files. Its files are downloaded when they are
 * opened, into the cache, and stay there. The few requests are made by hand: the package @huggingface/hub neither
 * continues a broken download nor checks its bytes, and keeps its cache only in Node.
 */
import { type ByteSource, bytesText, type FileSource, memoryBytes } from '../../data/bytes';
import type { CachedCommit, ModelCache } from './cache';
import { chooseFiles, type ListedFile, shardNames } from './choose-files';
import { digestOf } from './digest';
import { download } from './download';
import { authorization, fileAddress, type HubListing, type HubRequest, listRepository, refusal } from './hub-api';
import { HUB, hubEndpoint, hubName, parseHubId } from './hub-id';
import { type NoStorage, noStorage, PartialFile } from './partial-file';
import { type DownloadProgress, RateMeter } from './progress';
import { rangedFile } from './ranged-file';
import { type Network, type NetworkOptions, network, Transient } from './request';
import { SourceError } from './source-error';
import { openUrl } from './url';

export interface HubOptions extends NetworkOptions {
  /** Branch, tag or commit, where the id gives none. Default: main. */
  revision?: string;
  /** Default: https://huggingface.co. */
  endpoint?: string;
  /** For gated and private models. Sent to the endpoint and to nobody else. */
  token?: string | null;
  /** null: this host can store nothing, and the bytes live in memory. */
  cache: ModelCache | null;
  /**
   * Only to look: what the cache does not have is read by ranges and not kept, so that the headers of a model of many
   * gigabytes cost some kilobytes. Nothing is written anywhere.
   */
  peek?: boolean;
  /** Called some ten times a second while bytes come, and at each change of state. */
  onProgress?: (progress: DownloadProgress) => void;
}

/** What the model needs, and how to get it. */
export interface HubSource extends FileSource {
  readonly id: string;
  /** As asked for: main, a tag, a commit. */
  readonly revision: string;
  /** The commit that it stands for. */
  readonly sha: string;
  /** The name that means these bytes for ever: with the commit in place of a branch or tag. */
  readonly pinned: string;
  /** Whether the Hub could not be asked, so that `sha` is what the cache last knew. */
  readonly offline: boolean;
  /** The files that are needed; open() also gives others of the repository. */
  readonly needed: readonly ListedFile[];
  /** Brings all needed files into the cache. Throws SourceError. */
  download(): Promise<void>;
}

/** Milliseconds between two calls of onProgress. */
const TELL = 100;
/** Descriptions (config.json, an index of shards) up to this size are read once and held, when peeking. */
const LARGEST_DESCRIPTION = 32 * 1024 * 1024;

/**
 * Opens org/name, org/name@REVISION, org/name/FILE.gguf or org/name:Q4_K_M. Asks the Hub which commit that is; where it
 * cannot be reached, the cache's last answer holds. Throws SourceError.
 */
export async function hubSource(name: string, options: HubOptions): Promise<HubSource> {
  const parsed = parseHubId(name);
  if (!parsed) {
    throw new SourceError(
      'not-found',
      `"${name}" is no name of a model on the Hub`,
      'Hub',
      'It has the form org/name, as in Qwen/Qwen3-0.6B; org/name@REVISION; for GGUF org/name:Q4_K_M or org/name/FILE.gguf.',
    );
  }
  const asked = { kind: 'model', id: parsed.id, revision: parsed.revision } as const;
  const found = await openRepository(asked, options, (listing, where, open) =>
    chooseFiles(listing, parsed.gguf, where, async (index) => readIndex(await open(index.name), index.name, parsed.id)),
  );
  return { ...found, pinned: hubName({ ...parsed, revision: found.sha }) };
}

/** A repository that is asked for; `choose` says which of its files are needed, and may open some to know. */
export async function openRepository(
  asked: Pick<HubRequest, 'kind' | 'id'> & { revision: string | null },
  options: HubOptions,
  choose: (
    listing: readonly ListedFile[],
    where: string,
    open: (name: string) => Promise<ByteSource | null>,
  ) => Promise<ListedFile[]>,
): Promise<Omit<HubSource, 'pinned'>> {
  const request: HubRequest = {
    kind: asked.kind,
    endpoint: hubEndpoint(options.endpoint ?? HUB),
    id: asked.id,
    revision: asked.revision ?? options.revision ?? 'main',
    token: checkedToken(options.token),
  };
  const net = network(options);
  return cancellable(net, request.id, async () => {
    const { listing, offline } = await findCommit(net, request, options);
    const repository = new Repository(net, request, listing, options);
    const open = (file: string) => repository.open(file);
    const needed = await choose(listing.files, `${request.id}@${request.revision}`, open);
    repository.needed = needed;
    return {
      where: `${request.id}@${listing.sha.slice(0, 12)}`,
      id: request.id,
      revision: request.revision,
      sha: listing.sha,
      offline,
      needed,
      list: async () => needed.map((file) => file.name).sort(),
      open,
      async download() {
        for (const file of needed) await repository.open(file.name);
      },
    };
  });
}

/** The token without blanks around it; null where there is none. Throws SourceError for what is no token. */
function checkedToken(given: string | null | undefined): string | null {
  const token = given?.trim() || null;
  if (token && !/^[\x21-\x7e]+$/.test(token))
    throw new SourceError(
      'denied',
      'The token has characters that no token has',
      'Hub',
      'Copy it once more; it begins with hf_.',
    );
  return token;
}

/** The names of the files that an index of shards names. */
async function readIndex(source: ByteSource | null, name: string, id: string): Promise<string[]> {
  const shards = source && (await shardNames(source));
  if (shards) return shards;
  throw new SourceError('server', `${name} is no index of shards`, id, 'Try another revision of the model.');
}

/** The commit and its files: from the Hub, or from the cache for a commit that is known there and for those offline. */
async function findCommit(
  net: Network,
  request: HubRequest,
  { cache, peek }: HubOptions,
): Promise<{ listing: HubListing; offline: boolean }> {
  const { id, revision } = request;
  const cached = async (): Promise<HubListing | null> => {
    const commit = await cache?.findRevision(id, revision);
    const manifest = await commit?.manifest();
    return commit && manifest && manifest.listing.length > 0 ? { sha: commit.sha, files: manifest.listing } : null;
  };
  // A commit never changes.
  const known = /^[0-9a-f]{40}$/.test(revision) ? await cached() : null;
  if (known) return { listing: known, offline: false };
  let listing: HubListing;
  try {
    listing = await listRepository(net, request);
  } catch (error) {
    const reachable = error instanceof SourceError && error.kind !== 'offline' && error.kind !== 'server';
    const last = reachable || net.signal?.aborted ? null : await cached();
    if (!last) throw error;
    return { listing: last, offline: true };
  }
  if (peek) return { listing, offline: false };
  try {
    await cache?.commit(id, listing.sha).change((manifest) => {
      manifest.endpoint = request.endpoint;
      manifest.revisions[revision] = new Date().toISOString();
      manifest.listing = listing.files;
    });
  } catch (error) {
    if (!noStorage(error)) throw error; // the first download says that there is no room
  }
  return { listing, offline: false };
}

/** The files of one commit, each downloaded once. */
class Repository {
  private readonly commit: CachedCommit | null;
  private readonly opening = new Map<string, Promise<ByteSource>>();
  private readonly received = new Map<string, number>();
  private readonly meter = new RateMeter();
  private noRoom: NoStorage | null;
  private told = 0;
  needed: readonly ListedFile[] = [];

  constructor(
    private readonly net: Network,
    private readonly request: HubRequest,
    private readonly listing: HubListing,
    private readonly options: HubOptions,
  ) {
    this.commit = options.cache?.commit(request.id, listing.sha) ?? null;
    this.noRoom = this.commit ? null : 'read-only';
  }

  /** A file of the repository, downloaded first where it is not in the cache; null where the repository has none. */
  async open(name: string): Promise<ByteSource | null> {
    const file = this.listing.files.find((f) => f.name === name);
    if (!file) return null;
    let source = this.opening.get(name);
    if (!source) {
      const kept = () => !this.noRoom;
      const get = () => (this.options.peek ? this.look(file) : this.bring(file));
      source = cancellable(this.net, `${this.request.id}/${name}`, get, kept);
      this.opening.set(name, source);
      // What failed or was cancelled may be tried again.
      source.catch(() => this.opening.delete(name));
    }
    return source;
  }

  /** The file without keeping it: from the cache where it is there, else by ranges. */
  private async look(file: ListedFile): Promise<ByteSource> {
    const here = await this.commit?.open(file.name);
    if (here) return here;
    const url = fileAddress(this.request, this.listing.sha, file.name);
    const manner = {
      headers: authorization(this.request),
      refusal: (response: Response) => this.refuse(response, url, file.name),
    };
    if (file.size === null) return (await openUrl(this.net, url, manner)) as ByteSource; // some mirrors list no sizes
    const ranged = rangedFile(this.net, { url, size: file.size, etag: null, ...manner });
    const described = file.name.endsWith('.json') && file.size <= LARGEST_DESCRIPTION;
    return described ? memoryBytes(await ranged.read(0, file.size), url) : ranged;
  }

  private async bring(file: ListedFile): Promise<ByteSource> {
    const here = await this.commit?.open(file.name);
    if (here) return this.done(file, here);
    if (!this.commit || this.noRoom) return this.fetchFile(file, null);
    let begun = false;
    try {
      return await this.commit.downloading(
        async () => {
          begun = true;
          // Another tab or process may have brought it while we waited.
          const meanwhile = await this.commit?.open(file.name);
          return meanwhile ? this.done(file, meanwhile) : this.fetchFile(file, this.commit);
        },
        this.net.signal,
        () => this.tell(file, 'waiting'),
      );
    } catch (error) {
      const why = begun ? null : noStorage(error);
      if (!why) throw error;
      this.noRoom = why; // not even the lock could be written
      return this.fetchFile(file, null);
    }
  }

  private async fetchFile(file: ListedFile, commit: CachedCommit | null): Promise<ByteSource> {
    const partial = await PartialFile.open(commit, file.name, file.size, (why) => {
      this.noRoom = why;
      this.tell(file, 'downloading');
    });
    const url = fileAddress(this.request, this.listing.sha, file.name);
    this.received.set(file.name, partial.length);
    await download(this.net, partial, {
      url,
      file,
      headers: authorization(this.request),
      refusal: async (response) => this.refuse(response, url, file.name),
      onState: (state, fresh, reason) => {
        this.received.set(file.name, partial.length);
        if (fresh > 0) this.meter.add(fresh);
        if (state === 'retrying' || performance.now() - this.told >= TELL) this.tell(file, state, reason);
      },
    });
    return this.done(file, await partial.complete(url));
  }

  /** A 4xx of the Hub is final. One of the CDN means that its signed address has run out: the Hub gives a new one. */
  private refuse(response: Response, url: string, name: string): Error {
    const elsewhere = response.url !== '' && new URL(response.url).origin !== new URL(url).origin;
    if (elsewhere && response.status !== 404)
      return new Transient(`the CDN answered ${response.status}`, false, null, response.status);
    return refusal(response, this.request, name);
  }

  private done(file: ListedFile, source: ByteSource): ByteSource {
    this.received.set(file.name, source.size);
    this.tell(file, 'done');
    return source;
  }

  private tell(file: ListedFile, state: DownloadProgress['state'], reason: string | null = null): void {
    this.told = performance.now();
    const files = this.needed.length > 0 ? this.needed : [file];
    const sizes = files.map(({ size }) => size);
    this.options.onProgress?.({
      state,
      file: file.name,
      received: this.received.get(file.name) ?? 0,
      size: file.size,
      totalReceived: files.reduce((sum, { name }) => sum + (this.received.get(name) ?? 0), 0),
      totalSize: sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
      rate: state === 'downloading' ? this.meter.rate() : 0,
      inMemory: this.noRoom && this.inMemory(this.noRoom),
      unchecked:
        state === 'done' && !digestOf(file)
          ? `The Hub gives no digest of ${file.name}: only its length could be checked.`
          : null,
      reason,
    });
  }

  private inMemory(why: NoStorage): string {
    const { cache } = this.options;
    if (!cache)
      return 'This browser lets the lab store nothing: the model is kept in memory and is gone when the page closes.';
    const full = why === 'full' ? 'is full' : 'may not be written';
    return `The place for models ${full} (${cache.where}): the model is kept in memory and has to be downloaded again next time.`;
  }
}

/** Runs `work`; what it throws after the user stopped it becomes one SourceError. */
async function cancellable<T>(
  net: Network,
  what: string,
  work: () => Promise<T>,
  kept: () => boolean = () => true,
): Promise<T> {
  try {
    net.signal?.throwIfAborted();
    return await work();
  } catch (error) {
    if (!net.signal?.aborted || (error instanceof SourceError && error.kind === 'cancelled')) throw error;
    throw new SourceError(
      'cancelled',
      'The download was cancelled',
      what,
      kept() ? 'What has come is kept; start it again and it goes on from there.' : 'It can be started again.',
      error,
    );
  }
}

/** How large a model is, in words: for the question whether to download it. */
export function sizeText({ needed }: HubSource): string {
  const sizes = needed.map(({ size }) => size);
  return sizes.includes(null) ? 'size unknown' : bytesText(sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0));
}

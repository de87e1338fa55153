/** Downloaded models on disk or in the browser's storage: models/ORG/NAME/SHA/FILE, with a manifest.json for each commit; datasets likewise. */
import type { ByteSource } from '../../data/bytes';
import { Busy, type Files } from '../../host/files';
import { type Soundness, soundness } from './cached-check';
import { SHARD_INDEX, shardNames } from './choose-files';
import { HUB, parseHubId } from './hub-id';
import { type HeldFile, type Manifest, manifestBytes, parseManifest } from './manifest';
import { SourceError } from './source-error';

export interface CachedFile {
  name: string;
  /** Bytes that are here. */
  bytes: number;
  /** Bytes of the whole file; null while unknown. */
  size: number | null;
  complete: boolean;
}

/** One model at one commit. */
export interface CachedModel {
  /** org/name. */
  id: string;
  /** The commit, 40 hex digits. */
  sha: string;
  /** Branches and tags that stood for it. */
  revisions: string[];
  files: CachedFile[];
  /** Bytes that are here, all files together. */
  bytes: number;
  /** Whether every file that was begun is whole, and the weights are among them. */
  complete: boolean;
  /** When the last file was begun or completed. */
  date: Date;
}

const isSha = (text: string): boolean => /^[0-9a-f]{40}$/.test(text);

/** The cache over a folder. Several tabs or processes may use the same folder at once. */
export class ModelCache {
  /** @param where for messages; default: the folder's own name. */
  constructor(
    readonly files: Files,
    readonly where: string = files.where,
    /** The folder in it that repositories of this kind have. */
    readonly root: 'models' | 'datasets' = 'models',
  ) {}

  /** The same place for datasets. */
  get datasets(): ModelCache {
    return new ModelCache(this.files, this.where, 'datasets');
  }

  /** One commit's place in the cache, whether anything is there or not. */
  commit(id: string, sha: string): CachedCommit {
    return new CachedCommit(this, id, sha);
  }

  /** What is here, by id, the latest commit first. */
  async list(): Promise<CachedModel[]> {
    const models: CachedModel[] = [];
    for (const manifest of await this.manifests()) models.push(await this.describe(manifest));
    return models
      .filter((model) => model.files.length > 0)
      .sort((a, b) => a.id.localeCompare(b.id) || b.date.getTime() - a.date.getTime());
  }

  /** Bytes of all models together. */
  async totalBytes(): Promise<number> {
    return (await this.list()).reduce((sum, model) => sum + model.bytes, 0);
  }

  /** The commit that a revision last stood for, as far as the cache knows; for those who are offline. */
  async findRevision(id: string, revision: string): Promise<CachedCommit | null> {
    const known = (await this.manifests(id)).filter((m) => m.sha === revision || Object.hasOwn(m.revisions, revision));
    known.sort((a, b) => (b.revisions[revision] ?? '').localeCompare(a.revisions[revision] ?? ''));
    return known.length > 0 ? this.commit(id, known[0].sha) : null;
  }

  /**
   * Removes a model: all its commits, or with org/name@REVISION those of a branch, tag or (the beginning of a) commit.
   * Gives the bytes freed. Throws SourceError where there is none, or where it is being downloaded just now.
   */
  async remove(name: string): Promise<number> {
    const wanted = parseHubId(name);
    const all = wanted ? await this.manifests(wanted.id) : [];
    const chosen = all.filter(
      ({ sha, revisions }) =>
        !wanted?.revision ||
        Object.hasOwn(revisions, wanted.revision) ||
        (wanted.revision.length >= 6 && sha.startsWith(wanted.revision)),
    );
    if (chosen.length === 0) throw await this.unknown(name);
    let freed = 0;
    for (const manifest of chosen) {
      const commit = this.commit(manifest.id, manifest.sha);
      try {
        freed += await commit.remove();
      } catch (error) {
        if (!(error instanceof Busy)) throw error;
        throw new SourceError(
          'busy',
          `${manifest.id} is being downloaded by another tab or process`,
          this.where,
          'Stop that download first, then remove it.',
          error,
        );
      }
    }
    const [org, model] = chosen[0].id.split('/');
    if ((await this.files.list(`${this.root}/${org}/${model}`)).length === 0)
      await this.files.remove(`${this.root}/${org}/${model}`);
    if ((await this.files.list(`${this.root}/${org}`)).length === 0) await this.files.remove(`${this.root}/${org}`);
    return freed;
  }

  /** Checks every byte of a model's files, or with "all" of all models'. What was changed is told as such, and removed. */
  async *verify(name: string): AsyncGenerator<{ file: string; bytes: number; found: Soundness }> {
    const id = name === 'all' ? undefined : parseHubId(name)?.id;
    const manifests = name === 'all' || id ? await this.manifests(id) : [];
    if (manifests.length === 0 && name !== 'all') throw await this.unknown(name);
    for (const manifest of manifests) {
      const commit = this.commit(manifest.id, manifest.sha);
      for (const file of Object.keys(manifest.files).sort()) {
        const held = await commit.held(file);
        if (!held) continue; // not whole yet
        let found: Soundness;
        try {
          found = await commit.soundness(file, true);
        } catch (error) {
          if (!(error instanceof SourceError && error.kind === 'corrupt')) throw error;
          found = 'changed';
        }
        yield { file: `${manifest.id}@${manifest.sha.slice(0, 12)}/${file}`, bytes: held.size, found };
      }
    }
  }

  private async unknown(name: string): Promise<SourceError> {
    const ids = [...new Set((await this.list()).map(({ id }) => id))];
    return new SourceError(
      'not-found',
      `The cache has no ${this.root.slice(0, -1)} ${name}`,
      this.where,
      ids.length > 0 ? `It has: ${ids.join(', ')}.` : 'It is empty.',
    );
  }

  /** Manifests of all models, or of one. */
  private async manifests(id?: string): Promise<Manifest[]> {
    const found: Manifest[] = [];
    const [onlyOrg, onlyName] = id?.split('/') ?? [];
    for (const org of onlyOrg ? [onlyOrg] : await this.files.list(this.root))
      for (const name of onlyName ? [onlyName] : await this.files.list(`${this.root}/${org}`))
        for (const sha of (await this.files.list(`${this.root}/${org}/${name}`)).filter(isSha)) {
          const manifest = await this.commit(`${org}/${name}`, sha).manifest();
          if (manifest) found.push(manifest);
        }
    return found;
  }

  private async describe(manifest: Manifest): Promise<CachedModel> {
    const commit = this.commit(manifest.id, manifest.sha);
    const files: CachedFile[] = [];
    for (const [name, { size, complete }] of Object.entries(manifest.files)) {
      const bytes = await this.files.size(commit.path(name));
      files.push({ name, bytes, size, complete: complete && bytes === size });
    }
    const dates = Object.values(manifest.files).map(({ date }) => date);
    return {
      id: manifest.id,
      sha: manifest.sha,
      revisions: Object.keys(manifest.revisions),
      files,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      complete:
        files.every(({ complete }) => complete) && (this.root === 'datasets' || (await this.hasWeights(commit, files))),
      date: new Date(dates.sort().pop() ?? 0),
    };
  }

  /** A download that was stopped between two files has no file that is cut short. */
  private async hasWeights(commit: CachedCommit, files: readonly CachedFile[]): Promise<boolean> {
    const names = files.map(({ name }) => name);
    const index = await commit.held(SHARD_INDEX);
    if (index) {
      const shards = await shardNames(index);
      return shards?.every((shard) => names.includes(shard)) ?? false;
    }
    return names.some((name) => /\.(safetensors|gguf)$/.test(name));
  }
}

/** One commit of one model in the cache. */
export class CachedCommit {
  private readonly folder: string;

  constructor(
    private readonly cache: ModelCache,
    readonly id: string,
    readonly sha: string,
  ) {
    this.folder = `${cache.root}/${id}/${sha}`;
  }

  get files(): Files {
    return this.cache.files;
  }

  /** Where a file of this commit lies in the cache's folder. */
  path(name: string): string {
    return `${this.folder}/${name}`;
  }

  /** For messages. */
  whereIs(name: string): string {
    return `${this.cache.where}/${this.path(name)}`;
  }

  /** What is known; null where nothing is. */
  async manifest(): Promise<Manifest | null> {
    const manifest = parseManifest(await this.files.read(this.path('manifest.json')));
    return manifest?.id === this.id && manifest.sha === this.sha ? manifest : null;
  }

  /** Changes the manifest; nobody else's change is lost. */
  async change(edit: (manifest: Manifest) => void): Promise<void> {
    await this.files.exclusive(`${this.folder}/manifest`, async () => {
      const manifest = (await this.manifest()) ?? {
        version: 1,
        id: this.id,
        sha: this.sha,
        endpoint: HUB,
        revisions: {},
        listing: [],
        files: {},
      };
      edit(manifest);
      await this.files.write(this.path('manifest.json'), manifestBytes(manifest));
    });
  }

  /** Notes what is here of a file; null: nothing. */
  note(name: string, file: Omit<HeldFile, 'date'> | null): Promise<void> {
    return this.change(({ files }) => {
      if (file) files[name] = { ...file, date: new Date().toISOString() };
      else delete files[name];
    });
  }

  /**
   * A file that is whole and as it was downloaded; null where it is not here. Throws SourceError for one that was changed
   * since, which is removed.
   */
  async open(name: string): Promise<ByteSource | null> {
    const held = await this.held(name);
    if (held) await this.soundness(name, false);
    return held;
  }

  /** The same without a look into it. */
  async held(name: string): Promise<ByteSource | null> {
    const file = (await this.manifest())?.files[name];
    if (!file?.complete || file.size === null || (await this.files.size(this.path(name))) !== file.size) return null;
    return this.source(name, file.size);
  }

  source(name: string, size: number): ByteSource {
    return { where: this.whereIs(name), size, read: (from, to) => this.read(name, from, to) };
  }

  /** Whether a file that is here is as it was downloaded; `whole`: every byte of it. Throws SourceError as open does. */
  async soundness(name: string, whole: boolean): Promise<Soundness> {
    const manifest = await this.manifest();
    const held = manifest?.files[name];
    if (!held || held.size === null) return 'unknown';
    const listed = manifest?.listing.find((file) => file.name === name);
    const found = await soundness(this.source(name, held.size), listed, held.sample ?? null, whole);
    if (found !== 'changed') return found;
    await this.files.remove(this.path(name));
    await this.note(name, null);
    throw new SourceError(
      'corrupt',
      `${name} is no longer what was downloaded: its bytes have changed`,
      this.whereIs(name),
      'It was removed; open the model again, and it is downloaded anew. If it happens again, check the disk.',
    );
  }

  /** Bytes from … to − 1 of a file that is here. Throws SourceError where it is gone or shorter. */
  async read(name: string, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await this.files.readRange(this.path(name), from, to);
    if (bytes?.length === to - from) return bytes;
    throw new SourceError(
      'storage',
      bytes ? 'The file has become shorter' : 'The file is no longer in the cache',
      this.whereIs(name),
      'It was removed or changed meanwhile. Open the model again; what is missing is then downloaded.',
    );
  }

  /** Runs a download of this commit while nobody else downloads or removes it. */
  downloading<T>(work: () => Promise<T>, signal?: AbortSignal, onWait?: () => void): Promise<T> {
    return this.files.exclusive(this.folder, work, { signal, onWait });
  }

  /** Removes all of it and gives the bytes freed. Throws Busy where it is being downloaded. */
  remove(): Promise<number> {
    return this.files.exclusive(
      this.folder,
      async () => {
        let bytes = 0;
        for (const name of Object.keys((await this.manifest())?.files ?? {}))
          bytes += await this.files.size(this.path(name));
        await this.files.remove(this.folder);
        return bytes;
      },
      { wait: false },
    );
  }
}

/**
 * The models that a browser's Worker can open, under one name each: the built-in one, what was dropped on the page,
 * addresses and Hub ids, and what the cache holds of these. Nothing is asked of another host before something is opened.
 */

import type { ByteSource, FileSource } from '../data/bytes';
import { BadInput } from '../data/errors';
import type { ModelConfig } from '../model/net/config';
import { type LoraFolder, readLoraFolder } from '../model/weights/adapter';
import { type DataFiles, oneFile, resolveData } from './data-files';
import { type Elsewhere, elsewhere } from './elsewhere';
import { type ModelHeaders, openHeaders } from './memory-plan';
import { type LoadedModel, openModel } from './open-model';
import type { CachedModel, ModelCache } from './sources/cache';
import { classify, DROPPED, type DroppedKind } from './sources/classify';
import type { PlacedFile } from './sources/dropped';
import type { HubOptions } from './sources/hub';
import type { Purpose } from './sources/hub-dataset';
import { HUB } from './sources/hub-id';
import type { DownloadProgress } from './sources/progress';
import { resolveModelSource } from './sources/resolve';
import { SourceError } from './sources/source-error';

/** What this host has. */
export interface ShelfHost {
  /** Models that come with the lab, by name. */
  readonly builtIn: Record<string, () => Promise<FileSource>>;
  /** Where downloads are kept; null where this browser stores nothing, and they live in memory. */
  cache(): Promise<ModelCache | null>;
  readonly fetch?: typeof fetch;
}

/** Where Hub ids lead, and who asks. The token is never stored. */
export interface HubAccess {
  /** https://huggingface.co, or a mirror. */
  readonly endpoint: string;
  readonly token: string | null;
}

export interface OpenOptions {
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
}

/** Something that was dropped. */
export interface Dropped {
  readonly kind: DroppedKind;
  /** What open(), openLora() or readData() knows it by. */
  readonly name: string;
  readonly bytes: number;
}

export class ModelShelf {
  private readonly dropped = new Map<string, { kind: DroppedKind; files: FileSource; bytes: number }>();
  private held: Promise<ModelCache | null> | null = null;
  access: HubAccess = { endpoint: HUB, token: null };

  constructor(private readonly host: ShelfHost) {}

  /**
   * Remembers files of one drop: a model's folder or files, a .gguf, an adapter's folder, or one file of problems or
   * examples. The same name dropped again is the newer files. Throws SourceError where they are none of these.
   */
  drop(files: readonly (File | PlacedFile)[]): Dropped {
    const { kind, name, source, bytes } = classify(files);
    this.dropped.set(name, { kind, files: source, bytes });
    return { kind, name, bytes };
  }

  /**
   * Opens a model; only headers are read, but what is on the Hub is downloaded whole, unless it is only peeked at: its
   * weights are then read by ranges and not kept. Throws BadInput.
   */
  async open(name: string, options: OpenOptions & Pick<HubOptions, 'peek'> = {}): Promise<LoadedModel> {
    return openModel(await this.source(name, 'model', options));
  }

  /** A model's configuration and tensors, for a plan: nothing is downloaded but these, and nothing is kept. Throws BadInput. */
  async peek(name: string, options: OpenOptions = {}): Promise<ModelHeaders> {
    return openHeaders(await this.source(name, 'model', { ...options, peek: true }));
  }

  /** A PEFT adapter for a model of this configuration. Throws BadInput. */
  async openLora(name: string, config: ModelConfig, options: OpenOptions = {}): Promise<LoraFolder> {
    return readLoraFolder(await this.source(name, 'adapter', options), config);
  }

  /** What transformers knows a model by, or the files of one that the lab brings. Throws BadInput for dropped files. */
  async elsewhere(name: string): Promise<Elsewhere> {
    if (this.dropped.has(name) || name.startsWith(DROPPED))
      throw new BadInput('The model was dropped on the page, which does not know its folder', name, 'Name its Hub id.');
    return elsewhere(await this.resolved(name, 'model', { peek: true }));
  }

  /** What was dropped as problems or examples, or a dataset of the Hub, which is downloaded; null for a name that is neither. Throws SourceError. */
  async readData(name: string, options: OpenOptions = {}, purpose: Purpose = 'train'): Promise<DataFiles | null> {
    const found = this.dropped.get(name);
    if (found?.kind === 'data') {
      const [file] = await found.files.list();
      return oneFile((await found.files.open(file)) as ByteSource, name);
    }
    if (name.startsWith(DROPPED)) throw gone(name);
    return resolveData(name, purpose, { hub: await this.hub(options) });
  }

  /** What the cache holds, by id; empty where there is none. */
  async list(): Promise<CachedModel[]> {
    return (await (await this.cache())?.list()) ?? [];
  }

  /** Removes a model from the cache and gives the bytes freed. Throws SourceError. */
  async remove(name: string): Promise<number> {
    return (await (await this.cache())?.remove(name)) ?? 0;
  }

  private cache(): Promise<ModelCache | null> {
    this.held ??= this.host.cache();
    return this.held;
  }

  private async source(
    name: string,
    kind: 'model' | 'adapter',
    options: OpenOptions & Pick<HubOptions, 'peek'>,
  ): Promise<FileSource> {
    const found = this.dropped.get(name);
    if (found?.kind === kind) return found.files;
    if (found)
      throw new BadInput(
        `This is ${NOUNS[found.kind]} and not ${NOUNS[kind]}`,
        name,
        `Choose it where ${NOUNS[found.kind]} is asked for.`,
      );
    if (name.startsWith(DROPPED)) throw gone(name);
    return (await this.resolved(name, kind, options)).files;
  }

  private async resolved(name: string, kind: 'model' | 'adapter', options: OpenOptions & Pick<HubOptions, 'peek'>) {
    const builtIn = kind === 'model' ? this.host.builtIn : {};
    return resolveModelSource(name, { builtIn, hub: await this.hub(options) });
  }

  private async hub(options: OpenOptions & Pick<HubOptions, 'peek'>): Promise<HubOptions> {
    return { ...options, ...this.access, cache: await this.cache(), fetch: this.host.fetch };
  }
}

const NOUNS: Record<DroppedKind, string> = {
  model: 'a model',
  adapter: 'an adapter',
  data: 'a file of problems or examples',
};

/** Files of an earlier visit: the browser gives a page no way back to them. */
const gone = (name: string): SourceError =>
  new SourceError(
    'not-found',
    `"${name.slice(DROPPED.length)}" was dropped on another visit of this page, or in another tab`,
    'dropped files',
    'Drop it again, or choose another.',
  );

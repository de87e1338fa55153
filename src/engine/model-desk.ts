/** The page's commands about models, carried out by a Worker: one shelf, one thing at a time being opened. */
import { BadInput } from '../data/errors';
import type { Gpu } from '../gpu/device';
import { type ModelHeaders, planModel } from '../library/memory-plan';
import type { ModelShelf, OpenOptions } from '../library/model-shelf';
import type { DownloadProgress } from '../library/sources/progress';
import { SourceError } from '../library/sources/source-error';
import { bindingBytes } from '../model/net/decoder';
import type { OnLoaded } from '../model/net/parameters';
import type { ModelCommand, ModelMessage, Refusal } from './model-messages';

/** Milliseconds between two words on how far the weights are. */
const TELL = 100;

/** How something is opened so that the page sees how far it is and can stop it. */
export interface Opening extends OpenOptions {
  /** For the weights on their way to the device. */
  readonly onLoaded: OnLoaded;
}

type Described = Extract<ModelMessage, { type: 'described' }>['outcome'];

export class ModelDesk {
  private work: AbortController | null = null;
  private looking: AbortController | null = null;
  /** The headers that were read last: settings change more often than models. */
  private peeked: { name: string; headers: Promise<ModelHeaders> } | null = null;

  /** @param gpu the device, where one is open: a plan is for its limits. */
  constructor(
    readonly shelf: ModelShelf,
    private readonly send: (message: ModelMessage) => void,
    private readonly gpu: () => Gpu | null,
  ) {}

  async act(command: ModelCommand): Promise<void> {
    switch (command.type) {
      case 'drop':
        this.peeked = null;
        this.send({ type: 'dropped', dropped: this.shelf.drop(command.files) });
        return;
      case 'access':
        this.peeked = null;
        this.shelf.access = command.access;
        return;
      case 'cancel':
        (this.work ?? this.looking)?.abort();
        return;
      case 'describe':
        this.send({ type: 'described', id: command.id, outcome: await this.describe(command) });
        return;
      case 'remove-model':
        await this.shelf.remove(command.name);
        return this.list();
      case 'list-models':
        return this.list();
      default:
        command satisfies never;
    }
  }

  /** Runs what opens a model, or several things: its progress is told, and 'cancel' stops it. Rejects as `work` does. */
  async opening<T>(name: string, work: (opening: Opening) => Promise<T>): Promise<T> {
    this.work?.abort();
    const stop = new AbortController();
    this.work = stop;
    const shown = name.replace(/^dropped:/, '');
    let told = 0;
    const onLoaded: OnLoaded = (done, total) => {
      if (stop.signal.aborted)
        throw new SourceError('cancelled', 'The loading was cancelled', shown, 'Start begins it again.');
      if (performance.now() - told < TELL && done < total) return;
      told = performance.now();
      const progress = { what: `Loading the weights of ${shown}`, done, total, download: null };
      this.send({ type: 'loading', name, progress });
    };
    const onProgress = (p: DownloadProgress) =>
      this.send({
        type: 'loading',
        name,
        progress: { what: `Downloading ${shown}`, done: p.totalReceived, total: p.totalSize, download: p },
      });
    this.send({ type: 'loading', name, progress: { what: `Opening ${shown}`, done: 0, total: null, download: null } });
    try {
      return await work({ onProgress, onLoaded, signal: stop.signal });
    } finally {
      if (this.work === stop) {
        this.work = null;
        this.send({ type: 'loading', name, progress: null });
        void this.list().catch(() => {}); // a download has changed it; a cache that cannot be read is told when it is asked for
      }
    }
  }

  private async describe({ config, memory }: Extract<ModelCommand, { type: 'describe' }>): Promise<Described> {
    const gpu = this.gpu();
    const binding = gpu ? bindingBytes(gpu) : Number.POSITIVE_INFINITY;
    const room = { binding, memory: memory ?? Number.POSITIVE_INFINITY };
    try {
      return { plan: planModel(config.model, await this.headers(config.model), config, room) };
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      return { refused: refusalOf(error) };
    }
  }

  private headers(name: string): Promise<ModelHeaders> {
    if (this.peeked?.name === name) return this.peeked.headers;
    this.looking?.abort();
    const stop = new AbortController();
    this.looking = stop;
    const peeked = { name, headers: this.shelf.peek(name, { signal: stop.signal }) };
    this.peeked = peeked;
    // What was refused or cancelled is asked for again next time.
    peeked.headers.catch(() => {
      if (this.peeked === peeked) this.peeked = null;
    });
    return peeked.headers;
  }

  private async list(): Promise<void> {
    this.send({ type: 'models', models: await this.shelf.list() });
  }
}

/** An error of a source or a file as the page shows it. */
export const refusalOf = (error: BadInput): Refusal => ({
  message: error.message,
  kind: error instanceof SourceError ? error.kind : 'unfit',
});

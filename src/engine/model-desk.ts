/** The page's commands about models: what can be named, what is here, what a model takes. */
import type { Gpu } from '../gpu/device';
import type { ModelPlan } from '../library/memory-plan';
import { type ModelHeaders, planModel } from '../library/memory-plan';
import type { ModelShelf, OpenOptions } from '../library/model-shelf';
import type { DownloadProgress } from '../library/sources/progress';
import { SourceError } from '../library/sources/source-error';
import { bindingBytes } from '../model/net/decoder';
import type { OnLoaded } from '../model/net/parameters';
import type { Ask } from './protocol';
import type { Call, Handlers } from './service';

/** Milliseconds between two words on how far the weights are. */
const TELL = 100;

/** How something is opened so that the page sees how far it is and can stop it. */
export interface Opening extends OpenOptions {
  /** For the weights on their way to the device. */
  readonly onLoaded: OnLoaded;
}

type ModelCommand = 'drop' | 'access' | 'describe' | 'list-models' | 'remove-model';

export class ModelDesk {
  private looking: AbortController | null = null;
  /** The headers that were read last: settings change more often than models. */
  private peeked: { name: string; headers: Promise<ModelHeaders> } | null = null;

  /**
   * @param device where one is open, a plan is for its limits
   * @param onDropped hears that a name may be another file's from now on
   */
  constructor(
    private readonly shelf: ModelShelf,
    private readonly device: { readonly gpu: Gpu | null },
    private readonly onDropped: () => void,
  ) {}

  readonly handlers: Handlers<ModelCommand> = {
    drop: ({ files }) => {
      this.peeked = null;
      this.onDropped();
      return this.shelf.drop(files);
    },
    access: ({ access }) => {
      this.peeked = null;
      this.shelf.access = access;
    },
    describe: (ask) => this.describe(ask),
    'list-models': () => this.shelf.list(),
    'remove-model': async ({ name }) => {
      await this.shelf.remove(name);
      return this.shelf.list();
    },
  };

  private async describe({ config, memory }: Ask<'describe'>): Promise<ModelPlan> {
    const { gpu } = this.device;
    const binding = gpu ? bindingBytes(gpu) : Number.POSITIVE_INFINITY;
    const room = { binding, memory: memory ?? Number.POSITIVE_INFINITY };
    return planModel(config.model, await this.headers(config.model), config, room);
  }

  /** A command that is cancelled leaves them to come: the next one is mostly about the same model. */
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
}

/** The way to open `name` for a command: it tells how far it is, and stops when the command is cancelled. */
export function openingFor(name: string, { signal, progress }: Pick<Call, 'signal' | 'progress'>): Opening {
  const shown = name.replace(/^dropped:/, '');
  let told = 0;
  progress({ what: `Opening ${shown}`, done: 0, total: null, download: null });
  return {
    signal,
    onProgress: (p: DownloadProgress) =>
      progress({ what: `Downloading ${shown}`, done: p.totalReceived, total: p.totalSize, download: p }),
    onLoaded(done, total) {
      if (signal.aborted)
        throw new SourceError('cancelled', 'The loading was cancelled', shown, 'Start begins it again.');
      if (performance.now() - told < TELL && done < total) return;
      told = performance.now();
      progress({ what: `Loading the weights of ${shown}`, done, total, download: null });
    },
  };
}

/** The page's commands about models: what can be named, what is here, what a model takes. */
import type { Gpu } from '../gpu/device';
import { type ModelHeaders, type ModelPlan, planModel } from '../library/memory-plan';
import type { ModelShelf } from '../library/model-shelf';
import { bindingBytes } from '../model/net/decoder';
import type { Ask } from './protocol';
import type { Handlers } from './service';

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

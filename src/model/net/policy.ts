/**
 * A decoder with its optimiser, as the method sees it: score sequences, add gradients, update. Batches larger than the
 * plan are cut into micro-batches; their gradients add up.
 */

import type { Gpu } from '../../gpu/device';
import { Arena, type Tensor } from '../../gpu/tensor';
import { type AdamWOptions, adamw, globalNorm, NORM_SLICES, type Spared } from '../../kernels/adamw/adamw';
import type { DivergenceOptions } from '../../kernels/divergence/divergence';
import type { HostTensor } from '../weights/safetensors';
import { type Capacity, TOP_K } from './activations';
import { type PackedBatch, type PlannedBatch, planBatch, type Sequence } from './batch';
import type { ModelConfig } from './config';
import { Decoder, type WeightSource } from './decoder';
import { Distillation } from './distillation';
import { readChunks, readWords, writeChunks } from './host-copies';
import type { Layout } from './layout';
import { type OnLoaded, readParameters, type Trainable } from './parameters';
import { type Hidden, ScoreColumns, type Scores } from './scores';

/** A teacher's distributions, how they are compared, and what each token's divergence weighs: loss += b D. */
export interface Lesson extends DivergenceOptions {
  hidden: Hidden;
  b: ArrayLike<number>;
}

/** What is to be read of every layer. */
export interface LayersWanted {
  /** Log-probabilities, entropies and alternatives. */
  readonly scores: boolean;
  /** The rows (M,C) that predict the tokens, after the final norm. */
  readonly rows: boolean;
}

/** What was read of one; null where it was not asked for. */
export interface LayerScores {
  readonly scores: Scores | null;
  readonly rows: Float32Array | null;
}

/** How an update is made. */
export interface UpdateOptions extends Omit<AdamWOptions, 't'> {
  clipNorm: number;
  /** Norms and biases decay too; else they are left alone, as Hugging Face's Trainer does (get_decay_parameter_names). */
  decayAll?: boolean;
}

/** What an update did. */
export interface UpdateResult {
  /** Length of the gradient before clipping. */
  gradNorm: number;
  /** False when the gradient was not finite and nothing was changed. */
  applied: boolean;
}

/** AdamW's state and the weights, as host memory: what a checkpoint holds. */
export interface TrainingState {
  values: Float32Array<ArrayBuffer>;
  firstMoment: Float32Array<ArrayBuffer>;
  secondMoment: Float32Array<ArrayBuffer>;
  updates: number;
  /** The teacher's values, where one follows. */
  teacher?: Float32Array<ArrayBuffer>;
}

export class Policy {
  /** The batch whose forward activations are still on the device. */
  private live: PackedBatch | null = null;
  private updates = 0;

  private constructor(
    readonly decoder: Decoder,
    private readonly scratch: Arena,
    private readonly norm: Tensor,
    private readonly partial: Tensor,
    /** Of each chunk of what is trained, what does not decay. */
    private readonly spared: readonly Spared[],
    /** Null where nothing is distilled. */
    readonly distillation: Distillation | null,
  ) {}

  /** Throws OutOfMemory; then nothing stays allocated. */
  static async create(
    gpu: Gpu,
    config: ModelConfig,
    capacity: Capacity,
    source: WeightSource,
    onLoaded?: OnLoaded,
  ): Promise<Policy> {
    const decoder = await Decoder.create(gpu, config, capacity, source, onLoaded);
    const scratch = new Arena(gpu);
    const spans = decoder.trainable?.layout.vectors ?? [];
    try {
      const { norm, partial, pairs } = await scratch.allocate({
        norm: { label: 'gradient.norm', shape: [4], purpose: 'scratch' },
        partial: { label: 'gradient.partial', shape: [NORM_SLICES * spans.length], purpose: 'scratch' },
        pairs: { label: 'update.spared', shape: [spans.flat().length, 2], purpose: 'scratch', dtype: 'u32' },
      });
      decoder.recorder.write(pairs, Uint32Array.from(spans.flat(2)));
      let first = 0;
      const spared = spans.map(({ length: count }) => {
        first += count;
        return { pairs, first: first - count, count };
      });
      return new Policy(decoder, scratch, norm, partial, spared, await Distillation.create(decoder));
    } catch (error) {
      scratch.destroy();
      decoder.destroy();
      throw error;
    }
  }

  get config(): ModelConfig {
    return this.decoder.config;
  }

  /** Cuts sequences into micro-batches of the planned size; see `planBatch`. */
  plan(sequences: readonly Sequence[], temperature = 1): PlannedBatch {
    return planBatch(sequences, this.decoder.capacity, this.config.vocabSize, temperature);
  }

  /** log-probability and entropy of every predicted token. The last part's activations stay for `accumulate`. */
  async score(batch: PlannedBatch, alternatives = false, hidden = false): Promise<Scores> {
    const columns = this.config.hiddenSize;
    const scores = new ScoreColumns(batch, { alternatives, hidden, columns });
    const { recorder, shared } = this.decoder;
    const reads = batch.parts.map(async (part, i) => {
      this.forward(part, alternatives);
      const M = part.targets.length;
      const read = Promise.all([
        recorder.readF32(shared.result, M * 4),
        alternatives ? recorder.readF32(shared.top, M * TOP_K * 2) : null,
        hidden ? recorder.readF32(shared.normed, M * columns) : null,
      ]);
      recorder.submit();
      const [results, top, rows] = await read;
      scores.set(i, { results, top, rows });
    });
    await Promise.all(reads);
    return scores.finish();
  }

  /**
   * One forward pass of a sequence with a look at every layer (0 the first): what final norm and head make of its output, were
   * it the last (the logit lens), and the normed rows themselves. The last layer's scores are those of `score`, to the bit. One
   * layer is read back at a time, so that memory does not grow with their number.
   */
  async scoreLayers(sequence: Sequence, wanted: LayersWanted, look: (layer: LayerScores) => void): Promise<void> {
    const batch = this.plan([sequence]);
    const [part] = batch.parts;
    const { recorder, shared, head } = this.decoder;
    const [M, columns] = [part.targets.length, this.config.hiddenSize];
    this.live = null;
    this.decoder.upload(part);
    for (const output of this.decoder.outputs(part)) {
      if (wanted.scores) head.forward(part, true, output);
      else head.select(part, output);
      const read = Promise.all([
        wanted.scores ? recorder.readF32(shared.result, M * 4) : null,
        wanted.scores ? recorder.readF32(shared.top, M * TOP_K * 2) : null,
        wanted.rows ? recorder.readF32(shared.normed, M * columns) : null,
      ]);
      recorder.submit();
      const [results, top, rows] = await read;
      const scores = new ScoreColumns(batch, { alternatives: true, hidden: false, columns });
      if (results) scores.set(0, { results, top, rows: null });
      look({ scores: results && scores.finish(), rows });
    }
  }

  private forward(part: PackedBatch, alternatives: boolean): void {
    this.decoder.upload(part);
    this.decoder.forward(part, alternatives);
    this.live = part;
  }

  /** Sets all gradients to zero. */
  zeroGradients(): void {
    for (const chunk of this.training.gradients) this.decoder.recorder.clear(chunk);
  }

  /**
   * Adds the gradients of sum_m w[m] logp[m] over the batch; w holds one value a predicted token.
   * A batch of one part that was just scored is not computed forward again.
   */
  accumulate(batch: PlannedBatch, weights: Float32Array<ArrayBuffer>): void {
    const { recorder, logpGradient } = this.decoder;
    this.eachPart(batch, (part, first, end) => {
      recorder.write(logpGradient, weights.subarray(first, end));
      this.decoder.backward(part);
    });
  }

  /** As `accumulate`, and adds the gradients of sum_m b[m] D[m], D the divergence from a teacher; gives D, nats. */
  async distil(batch: PlannedBatch, weights: Float32Array, lesson: Lesson): Promise<Float32Array<ArrayBuffer>> {
    const { distillation: own } = this;
    if (!own?.logits) throw new Error('This model was not opened to be distilled; give its capacity `distil`.');
    const { hidden, b, ...options } = lesson;
    const { recorder } = this.decoder;
    const { logits, head } = own;
    const C = this.config.hiddenSize;
    const divergence = new Float32Array(batch.starts[batch.parts.length]);
    const reads: Promise<void>[] = [];
    this.eachPart(batch, (part, first, end) => {
      const given = new Float32Array((end - first) * 4);
      for (let m = first; m < end; m++) given.set([hidden.lse[m], weights[m], b[m]], (m - first) * 4);
      recorder.write(logits.given, given);
      recorder.write(logits.rows, hidden.rows.subarray(first * C, end * C));
      this.decoder.backward(part, { ...options, logits, head });
      const read = recorder.readF32(logits.found, (end - first) * 2);
      reads.push(
        read.then((found) =>
          divergence.set(
            found.filter((_, i) => i % 2 === 0),
            first,
          ),
        ),
      );
    });
    recorder.submit();
    await Promise.all(reads);
    return divergence;
  }

  /** Hands out every part with its forward activations, which are used up then. */
  private eachPart(batch: PlannedBatch, work: (part: PackedBatch, first: number, end: number) => void): void {
    batch.parts.forEach((part, i) => {
      if (this.live !== part) this.forward(part, false);
      work(part, batch.starts[i], batch.starts[i + 1]);
      this.live = null; // the logits were overwritten by their gradient
    });
  }

  /** Runs `work` with the teacher's weights, where the teacher has some of its own; it records all before it waits. */
  asTeacher<T>(work: () => Promise<T>): Promise<T> {
    if (!this.distillation) return work();
    this.live = null;
    const done = this.distillation.asTeacher(work);
    this.live = null;
    return done;
  }

  /** Clips the gradients and takes one AdamW step. Where the gradient is not finite, nothing changes and applied is false. */
  async update({ clipNorm, decayAll, ...options }: UpdateOptions): Promise<UpdateResult> {
    const { recorder } = this.decoder;
    const { layout, values, gradients, firstMoment, secondMoment } = this.training;
    globalNorm(recorder, { g: gradients, partial: this.partial, result: this.norm }, { maxNorm: clipNorm });
    const isEven = decayAll || options.weightDecay === 0;
    layout.chunks.forEach((n, i) => {
      const parts = { g: gradients[i], x: values[i], m: firstMoment[i], v: secondMoment[i], norm: this.norm };
      adamw(recorder, parts, { ...options, n, t: this.updates + 1, spared: isEven ? undefined : this.spared[i] });
    });
    const read = recorder.readF32(this.norm, 4);
    recorder.submit();
    const [gradNorm, , ok] = await read;
    this.live = null;
    if (ok === 1) this.updates += 1;
    return { gradNorm, applied: ok === 1 };
  }

  /** Call after the decoder was used for sampling: its activations no longer belong to a scored batch. */
  forget(): void {
    this.live = null;
  }

  /** The weights under their Hugging Face names, as the device computes with them; adapters are not merged. */
  async tensors(): Promise<Map<string, HostTensor>> {
    const { parameters } = this.decoder;
    if (parameters.training)
      return parameters.layout.unpack(await readChunks(this.decoder.recorder, parameters.training.values));
    return readParameters(parameters, (t) => readWords(this.decoder.recorder, t));
  }

  /** The gradients of what is trained: under the parameters' Hugging Face names, or the adapters' PEFT names. */
  async gradients(): Promise<Map<string, HostTensor>> {
    return this.training.layout.unpack(await readChunks(this.decoder.recorder, this.training.gradients));
  }

  /** The adapters' values; throws where the model has none. */
  private get adapters(): Trainable {
    const { adapters } = this.decoder;
    if (!adapters) throw new Error('This model was opened without adapters; give it lora settings.');
    return adapters;
  }

  /** The adapters' matrices under PEFT's names. */
  async loraTensors(): Promise<Map<string, HostTensor>> {
    return this.adapters.layout.unpack(await readChunks(this.decoder.recorder, this.adapters.values));
  }

  /** Sets the adapters' matrices, in the layout's order (`LoraLayout.pack` or `.initialise`). */
  setLora(packed: Float32Array<ArrayBuffer>): void {
    writeChunks(this.decoder.recorder, this.adapters.values, packed);
    this.live = null;
  }

  /** Runs `work` with the adapters switched off: with the model they were put on. */
  async withoutLora<T>(work: () => Promise<T>): Promise<T> {
    const { loraState } = this.decoder;
    loraState.on = false;
    this.live = null;
    try {
      return await work();
    } finally {
      loraState.on = true;
      this.live = null;
    }
  }

  /** Everything that the next update depends on. */
  async state(): Promise<TrainingState> {
    const { values, firstMoment, secondMoment } = this.training;
    const [x, m, v] = await Promise.all([
      readChunks(this.decoder.recorder, values),
      readChunks(this.decoder.recorder, firstMoment),
      readChunks(this.decoder.recorder, secondMoment),
    ]);
    const moving = this.distillation?.moving;
    const teacher = moving && { teacher: await readChunks(this.decoder.recorder, moving) };
    return { values: x, firstMoment: m, secondMoment: v, updates: this.updates, ...teacher };
  }

  /** Puts a state back, bit for bit. */
  restore(state: TrainingState): void {
    const { values, firstMoment, secondMoment } = this.training;
    writeChunks(this.decoder.recorder, values, state.values);
    writeChunks(this.decoder.recorder, firstMoment, state.firstMoment);
    writeChunks(this.decoder.recorder, secondMoment, state.secondMoment);
    const moving = this.distillation?.moving;
    if (moving && state.teacher) writeChunks(this.decoder.recorder, moving, state.teacher);
    this.updates = state.updates;
    this.live = null;
  }

  /** Where what is trained lies: all parameters, or the adapters. Throws where nothing is. */
  get trainedLayout(): Layout {
    return this.training.layout;
  }

  private get training(): Trainable {
    const { trainable: training } = this.decoder;
    if (!training) throw new Error('This model was opened for inference only; open it with training: true.');
    return training;
  }

  destroy(): void {
    this.distillation?.destroy();
    this.scratch.destroy();
    this.decoder.destroy();
  }
}

/**
 * A decoder with its optimiser, as the method sees it: score sequences, add gradients, update. Batches larger than the
 * plan are cut into micro-batches; their gradients add up.
 */

import { BadInput } from '../../data/errors';
import type { Gpu } from '../../gpu/device';
import { NotFinite } from '../../gpu/errors';
import { Arena, type Tensor, view } from '../../gpu/tensor';
import { type AdamWOptions, adamw, globalNorm, NORM_SLICES } from '../../kernels/adamw/adamw';
import type { DivergenceOptions } from '../../kernels/divergence/divergence';
import type { HostTensor } from '../weights/safetensors';
import { type Capacity, TOP_K } from './activations';
import { microBatches, type PackedBatch, packSequences, type Sequence } from './batch';
import type { ModelConfig } from './config';
import { Decoder, type WeightSource } from './decoder';
import { Distillation } from './distillation';
import type { Layout } from './layout';
import { type OnLoaded, readParameters, type Trainable } from './parameters';

/** Per predicted token, in the order of the sequences; nats. */
export interface Scores {
  logprob: Float32Array<ArrayBuffer>;
  entropy: Float32Array<ArrayBuffer>;
  /** TOP_K (token id, log-probability) pairs a token, most likely first; when asked for. */
  alternatives: Float32Array | null;
  /** First token of each sequence in the columns, and their length at the end. */
  offsets: Uint32Array;
  /** Normed rows (M,C) that the head makes logits of, and their log-sum-exp (M); when asked for. */
  hidden?: Hidden;
}

/** What a teacher's distributions can be made of again. */
export interface Hidden {
  rows: Float32Array<ArrayBuffer>;
  lse: Float32Array<ArrayBuffer>;
}

/** A teacher's distributions, how they are compared, and what each token's divergence weighs: loss += b D. */
export interface Lesson extends DivergenceOptions {
  hidden: Hidden;
  b: ArrayLike<number>;
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

/** A large batch as the micro-batches that fit the plan. */
export interface PlannedBatch {
  parts: PackedBatch[];
  /** First predicted token of each part, and their number at the end. */
  starts: number[];
  offsets: Uint32Array;
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
    const slices = NORM_SLICES * (decoder.trainable?.layout.chunks.length ?? 0);
    try {
      const { norm, partial } = await scratch.allocate({
        norm: { label: 'gradient.norm', shape: [4], purpose: 'scratch' },
        partial: { label: 'gradient.partial', shape: [slices], purpose: 'scratch' },
      });
      return new Policy(decoder, scratch, norm, partial, await Distillation.create(decoder));
    } catch (error) {
      scratch.destroy();
      decoder.destroy();
      throw error;
    }
  }

  get config(): ModelConfig {
    return this.decoder.config;
  }

  /**
   * Cuts sequences into micro-batches of the planned size; whatever scores them takes softmax(logits / temperature). Throws
   * BadInput for one that is longer than the context.
   */
  plan(sequences: readonly Sequence[], temperature = 1): PlannedBatch {
    const { positions } = this.decoder.capacity;
    const long = sequences.findIndex(({ ids }) => ids.length > positions); // it would have no rotary angles
    if (long >= 0)
      throw new BadInput(
        `A sequence of ${sequences[long].ids.length} tokens exceeds the context of ${positions}`,
        `sequence ${long}`,
        'Raise the context length, or shorten prompt or response.',
      );
    const parts = microBatches(sequences, this.decoder.capacity.tokens).map((run) =>
      packSequences(run, this.config.vocabSize, temperature),
    );
    const starts = [0];
    const offsets = [0];
    for (const part of parts) {
      const start = starts[starts.length - 1];
      for (let s = 1; s < part.targetOffsets.length; s++) offsets.push(start + part.targetOffsets[s]);
      starts.push(start + part.targets.length);
    }
    return { parts, starts, offsets: Uint32Array.from(offsets) };
  }

  /** log-probability and entropy of every predicted token. The last part's activations stay for `accumulate`. */
  async score(batch: PlannedBatch, alternatives = false, hidden = false): Promise<Scores> {
    const total = batch.starts[batch.parts.length];
    const logprob = new Float32Array(total);
    const entropy = new Float32Array(total);
    const top = alternatives ? new Float32Array(total * TOP_K * 2) : null;
    const C = this.config.hiddenSize;
    const kept = hidden ? { rows: new Float32Array(total * C), lse: new Float32Array(total) } : undefined;
    const { recorder, shared } = this.decoder;
    const reads = batch.parts.map(async (part, i) => {
      this.forward(part, alternatives);
      const M = part.targets.length;
      const result = recorder.readF32(shared.result, M * 4);
      const largest = alternatives ? recorder.readF32(shared.top, M * TOP_K * 2) : null;
      const normed = kept ? recorder.readF32(shared.normed, M * C) : null;
      recorder.submit();
      const [values, likeliest, rows] = await Promise.all([result, largest, normed]);
      if (rows) kept?.rows.set(rows, batch.starts[i] * C);
      for (let m = 0; m < M; m++) {
        logprob[batch.starts[i] + m] = values[4 * m];
        entropy[batch.starts[i] + m] = values[4 * m + 1];
        if (kept) kept.lse[batch.starts[i] + m] = values[4 * m + 2];
      }
      if (top && likeliest) writeAlternatives(top, likeliest, values, M, batch.starts[i]);
    });
    await Promise.all(reads);
    const bad = logprob.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0)
      throw new NotFinite(
        `The log-probability of predicted token ${bad} is ${logprob[bad]}. Go back to an earlier checkpoint, or lower the learning rate.`,
      );
    return { logprob, entropy, alternatives: top, offsets: batch.offsets, ...(kept && { hidden: kept }) };
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

  /** Runs `work` with the teacher's weights, where the teacher has some of its own. */
  async asTeacher<T>(work: () => Promise<T>): Promise<T> {
    if (!this.distillation) return work();
    this.live = null;
    const done = await this.distillation.asTeacher(work);
    this.live = null;
    return done;
  }

  /** Clips the gradients and takes one AdamW step. Where the gradient is not finite, nothing changes and applied is false. */
  async update({ clipNorm, decayAll, ...options }: UpdateOptions): Promise<UpdateResult> {
    const { recorder } = this.decoder;
    const { layout, values, gradients, firstMoment, secondMoment } = this.training;
    globalNorm(recorder, { g: gradients, partial: this.partial, result: this.norm }, { maxNorm: clipNorm });
    const isEven = decayAll || options.weightDecay === 0;
    for (const { chunk, offset, length: n, vector } of isEven ? layout.whole : layout.stretches) {
      const of = (chunks: readonly Tensor[]) => view(chunks[chunk], chunks[chunk].label, offset, [n]);
      const parts = { g: of(gradients), x: of(values), m: of(firstMoment), v: of(secondMoment), norm: this.norm };
      const weightDecay = vector && !decayAll ? 0 : options.weightDecay;
      adamw(recorder, parts, { ...options, weightDecay, n, t: this.updates + 1 });
    }
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
    if (parameters.training) return parameters.layout.unpack(await this.read(parameters.training.values));
    return readParameters(parameters, (t) => this.readWords(t));
  }

  /** The gradients of what is trained: under the parameters' Hugging Face names, or the adapters' PEFT names. */
  async gradients(): Promise<Map<string, HostTensor>> {
    return this.training.layout.unpack(await this.read(this.training.gradients));
  }

  /** The adapters' values; throws where the model has none. */
  private get adapters(): Trainable {
    const { adapters } = this.decoder;
    if (!adapters) throw new Error('This model was opened without adapters; give it lora settings.');
    return adapters;
  }

  /** The adapters' matrices under PEFT's names. */
  async loraTensors(): Promise<Map<string, HostTensor>> {
    return this.adapters.layout.unpack(await this.read(this.adapters.values));
  }

  /** Sets the adapters' matrices, in the layout's order (`LoraLayout.pack` or `.initialise`). */
  setLora(packed: Float32Array<ArrayBuffer>): void {
    this.write(this.adapters.values, packed);
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

  /** Chunks of f32 as one array. */
  private async read(chunks: readonly Tensor[]): Promise<Float32Array<ArrayBuffer>> {
    const { recorder } = this.decoder;
    const reads = chunks.map((t) => recorder.readF32(t, t.bytes / 4));
    recorder.submit();
    const parts = await Promise.all(reads);
    if (parts.length === 1) return parts[0];
    const all = new Float32Array(parts.reduce((n, p) => n + p.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  private async readWords(t: Tensor): Promise<Uint32Array<ArrayBuffer>> {
    const { recorder } = this.decoder;
    const read = recorder.readU32(t, t.bytes / 4);
    recorder.submit();
    return read;
  }

  /** Everything that the next update depends on. */
  async state(): Promise<TrainingState> {
    const { values, firstMoment, secondMoment } = this.training;
    const [x, m, v] = await Promise.all([this.read(values), this.read(firstMoment), this.read(secondMoment)]);
    const moving = this.distillation?.moving;
    const teacher = moving && { teacher: await this.read(moving) };
    return { values: x, firstMoment: m, secondMoment: v, updates: this.updates, ...teacher };
  }

  /** Puts a state back, bit for bit. */
  restore(state: TrainingState): void {
    const { values, firstMoment, secondMoment } = this.training;
    this.write(values, state.values);
    this.write(firstMoment, state.firstMoment);
    this.write(secondMoment, state.secondMoment);
    const moving = this.distillation?.moving;
    if (moving && state.teacher) this.write(moving, state.teacher);
    this.updates = state.updates;
    this.live = null;
  }

  private write(chunks: readonly Tensor[], all: Float32Array<ArrayBuffer>): void {
    let at = 0;
    for (const t of chunks) {
      this.decoder.recorder.write(t, all.subarray(at, at + t.bytes / 4));
      at += t.bytes / 4;
    }
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

/** Turns (logit, column) pairs into (token id, log-probability) with the row's log-sum-exp. */
function writeAlternatives(
  out: Float32Array,
  top: Float32Array,
  results: Float32Array,
  M: number,
  start: number,
): void {
  for (let m = 0; m < M; m++) {
    const lse = results[4 * m + 2];
    for (let k = 0; k < TOP_K; k++) {
      const at = ((start + m) * TOP_K + k) * 2;
      out[at] = top[(m * TOP_K + k) * 2 + 1];
      out[at + 1] = top[(m * TOP_K + k) * 2] - lse;
    }
  }
}

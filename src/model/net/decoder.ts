/**
 * The transformer: packed sequences in, log-probabilities of chosen tokens out; gradients of sum_t w_t log p(y_t) back.
 * Layers are in layer.ts, the vocabulary's end in head.ts; here they are put together and their memory is planned.
 */
import type { Gpu } from '../../gpu/device';
import { Recorder } from '../../gpu/recorder';
import { Arena, type Purpose, type Tensor, type TensorSpec } from '../../gpu/tensor';
import { attentionBlocks, countBlocks } from '../../kernels/attention/attention';
import { attentionBlock } from '../../kernels/attention/attention-variant';
import { embeddingBackward, embeddingForward, scatterRows, sortIds } from '../../kernels/embedding/embedding';
import { tuneAttention, tuneShapes } from '../../kernels/tuner';
import type { Weight } from '../../kernels/weight-format/weight-format';
import {
  type BackwardScratch,
  backwardSpecs,
  type Capacity,
  decodeSpecs,
  distilSpecs,
  hasSlidingRope,
  keepsAll,
  type LayerActivations,
  loraSpecs,
  type SharedActivations,
  sharedSpecs,
  trainsAll,
} from './activations';
import type { PackedBatch } from './batch';
import type { ModelConfig } from './config';
import { type Compared, Head } from './head';
import { Layer, type LayerContext } from './layer';
import { layerMemory } from './layer-memory';
import { type Layout, packedCatalog } from './layout';
import { LORA_TARGETS, LoraLayout, loraKey, loraScale, type ProjectionName, targetShape, targetsBySlot } from './lora';
import {
  allocateTrainable,
  createFrozen,
  createTrained,
  frozenSpecs,
  type LayerWeights,
  type OnLoaded,
  ParameterLayout,
  type ParameterSet,
  type ParameterSource,
  type Trainable,
  teacherSpecs,
  trainableSpecs,
} from './parameters';
import { modelProducts } from './products';
import { type LoraState, Projection, type ProjectionAdapters } from './projection';
import { ropeTable } from './rope';

type LayerTensors = LayerActivations<Tensor>;

/** A model's weights: a checkpoint's tensors, values in the order of `ParameterLayout`, or what fills them in place. */
export type WeightSource = ParameterSource | Float32Array<ArrayBuffer>;

/** Bytes by purpose, computed before a run. */
export type MemoryPlan = Record<Purpose, number> & { total: number };

/** Bytes by purpose for a model and a capacity, before anything is allocated. */
export function planMemory(config: ModelConfig, cap: Capacity): MemoryPlan {
  const bytes = Arena.plan(tensorSpecs(config, cap));
  return { ...bytes, total: Object.values(bytes).reduce((a, b) => a + b, 0) };
}

/** Every tensor that a decoder of this capacity allocates. Throws BadInput where weights cannot be cut to the binding. */
export function tensorSpecs(config: ModelConfig, cap: Capacity): TensorSpec[] {
  const binding = cap.bindingBytes ?? Number.POSITIVE_INFINITY;
  return [
    ...(trainsAll(cap)
      ? trainableSpecs(new ParameterLayout(config, binding))
      : frozenSpecs(new ParameterLayout(config), cap.format ?? 'f32', binding)),
    ...(cap.lora ? trainableSpecs(new LoraLayout(config, cap.lora, binding)) : []),
    ...layerMemory(config, cap, binding).specs,
    ...Array.from({ length: config.layers }, (_, l) => (l === 0 || keepsAll(cap) ? loraSpecs(cap, l) : [])).flat(),
    ...Object.values(sharedSpecs(config, cap)),
    ...(cap.training ? Object.values(backwardSpecs(config, cap)) : []),
    ...Object.values(decodeSpecs(config, cap)),
    ...(cap.training && cap.distil?.K ? Object.values(distilSpecs(config, cap)) : []),
    ...(cap.training && cap.distil?.ownTeacher ? teacherSpecs(trainedLayout(config, cap, binding)) : []),
  ];
}

const trainedLayout = (config: ModelConfig, { lora }: Capacity, binding: number): Layout =>
  lora ? new LoraLayout(config, lora, binding) : new ParameterLayout(config, binding);

/** The largest binding of an adapter, bytes. */
export const bindingBytes = ({ limits }: Gpu): number =>
  Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);

/** The device memory that a decoder is made of. */
interface Parts {
  readonly parameters: ParameterSet;
  readonly adapters: Trainable | null;
  readonly activations: LayerTensors[];
  /** x Aᵀ by layer and adapted projection. */
  readonly loraInputs: Tensor[][];
  readonly shared: SharedActivations;
  readonly grads: BackwardScratch | null;
  readonly decode: Record<string, Tensor>;
}

export class Decoder {
  readonly layers: readonly Layer[];
  /** The same layers for sampling: all compute in the first one's tensors, since nothing comes back to them. */
  readonly sampling: readonly Layer[];
  readonly head: Head;
  /** Different tokens of the uploaded batch, where their table is trained. */
  private distinct = 0;
  /** Adapters can be switched off (`on`), which gives the model they were put on; null where there are none. */
  readonly loraState: LoraState = { on: true, dropout: null };

  private constructor(
    readonly gpu: Gpu,
    readonly recorder: Recorder,
    readonly config: ModelConfig,
    readonly capacity: Capacity,
    readonly memory: Arena,
    private readonly parts: Parts,
  ) {
    const { parameters, shared, grads } = parts;
    const context: LayerContext = {
      recorder,
      config,
      positions: shared.positions,
      blocks: shared.blocks,
      normedHeads: shared.normedHeads,
      grads,
    };
    const layer = (activations: LayerTensors, l: number) => {
      const slides = config.sliding[l];
      return new Layer(
        context,
        activations,
        parameters.weights.layers[l],
        parameters.training?.dWeights.layers[l] ?? null,
        this.projections(l),
        slides && hasSlidingRope(config) ? shared.slidingRope : shared.rope,
        slides ? config.window : null,
      );
    };
    this.layers = parts.activations.map(layer);
    this.sampling = parts.activations.map((_, l) => layer(parts.activations[0], l));
    const dWeights = parameters.training?.dWeights ?? null;
    this.head = new Head(recorder, config, capacity, parameters.weights, dWeights, shared);
  }

  /** Allocates everything a run needs and loads the weights. Throws OutOfMemory and BadInput; then nothing stays allocated. */
  static async create(
    gpu: Gpu,
    config: ModelConfig,
    cap: Capacity,
    source: WeightSource,
    onLoaded?: OnLoaded,
  ): Promise<Decoder> {
    const arena = new Arena(gpu);
    const recorder = new Recorder(gpu);
    recorder.allowsHalf = (cap.half ?? false) && gpu.has.f16;
    try {
      const binding = Math.min(bindingBytes(gpu), cap.bindingBytes ?? Number.POSITIVE_INFINITY);
      const layout = new ParameterLayout(config);
      const given =
        source instanceof Float32Array ? { tensors: packedCatalog(layout, source), where: 'weights' } : source;
      const parameters = trainsAll(cap)
        ? await createTrained(arena, new ParameterLayout(config, binding), given, onLoaded)
        : await createFrozen(arena, layout, given, cap.format ?? 'f32', binding, onLoaded);
      const adapters = cap.lora ? await allocateTrainable(arena, new LoraLayout(config, cap.lora, binding)) : null;
      const memory = layerMemory(config, cap, binding);
      const { layers: activations, caches } = memory.place(await arena.allocateList(memory.specs));
      const loraInputs: Tensor[][] = [];
      for (let l = 0; l < config.layers; l++) {
        const own = l === 0 || keepsAll(cap);
        loraInputs.push(own ? await arena.allocateList(loraSpecs(cap, l)) : loraInputs[0]);
      }
      const shared = await arena.allocate(sharedSpecs(config, cap));
      const grads = cap.training ? await arena.allocate(backwardSpecs(config, cap)) : null;
      const decode = { ...(await arena.allocate(decodeSpecs(config, cap))), ...caches };
      recorder.write(shared.rope, ropeTable(cap.positions, config.headDim, config.rope));
      if (hasSlidingRope(config))
        recorder.write(shared.slidingRope, ropeTable(cap.positions, config.headDim, config.slidingRope));
      const parts = { parameters, adapters, activations, loraInputs, shared, grads, decode };
      await tuneShapes(recorder, modelProducts(config, cap, { ...parts, activations: activations[0] }));
      await tuneAttention(recorder, { H: config.heads, K: config.kvHeads, D: config.headDim });
      return new Decoder(gpu, recorder, config, cap, arena, parts);
    } catch (error) {
      arena.destroy();
      recorder.destroy();
      throw error;
    }
  }

  get parameters(): ParameterSet {
    return this.parts.parameters;
  }

  get shared(): SharedActivations {
    return this.parts.shared;
  }

  get decode(): Record<string, Tensor> {
    return this.parts.decode;
  }

  /** What an update works on: the adapters where there are some, else all parameters; null for inference only. */
  get trainable(): Trainable | null {
    return this.capacity.training ? (this.parts.adapters ?? this.parameters.training) : null;
  }

  /** The adapters' values, also where they are not trained. */
  get adapters(): Trainable | null {
    return this.parts.adapters;
  }

  /** The linear maps of layer l, with their gradients and adapters. */
  private projections(l: number): Record<ProjectionName, Projection> {
    const { parameters } = this.parts;
    const w = parameters.weights.layers[l];
    const d: LayerWeights | undefined = parameters.training?.dWeights.layers[l];
    const make = (name: ProjectionName) => {
      const bias = name === 'qkv' ? w.qkvBias : null;
      const gradient = d ? { weight: d[name] as Weight, bias: name === 'qkv' ? d.qkvBias : null } : null;
      return new Projection({ weight: w[name], bias, gradient, adapters: this.loraOf(l, name) }, this.loraState);
    };
    return { qkv: make('qkv'), o: make('o'), gateUp: make('gateUp'), down: make('down') };
  }

  private loraOf(l: number, name: ProjectionName): ProjectionAdapters | null {
    const { adapters, loraInputs, grads } = this.parts;
    const { lora, training } = this.capacity;
    const own = lora && targetsBySlot(lora.targets).get(name);
    if (!own || !adapters) return null;
    const at = (chunks: readonly Tensor[], side: 'A' | 'B') => adapters.layout.vector(loraKey(l, name, side), chunks);
    const { rank, dropout } = lora;
    const h = loraInputs[l][[...targetsBySlot(lora.targets).keys()].indexOf(name)];
    let row = 0;
    const targets = own.map((target) => {
      const { first, rows } = targetShape(this.config, target);
      const site = l * Object.keys(LORA_TARGETS).length + lora.targets.indexOf(target);
      row += rows;
      return { first, rows, row: row - rows, site };
    });
    const { columns } = targetShape(this.config, own[0]);
    const values = { a: at(adapters.values, 'A'), b: at(adapters.values, 'B'), h };
    const gradients =
      training && grads
        ? {
            a: at(adapters.gradients, 'A'),
            b: at(adapters.gradients, 'B'),
            h: grads.dLora,
            dropped: dropout > 0 ? grads.dropped : null,
          }
        : null;
    return { rank, scale: loraScale(lora), columns, targets, ...values, gradients };
  }

  /** Writes a batch's tables to the device. */
  upload(batch: PackedBatch): void {
    const { recorder: r, shared: s } = this;
    const { grads, parameters } = this.parts;
    r.write(s.ids, batch.ids);
    r.write(s.positions, batch.positions);
    r.write(s.blocks, attentionBlocks(batch.offsets, attentionBlock(this.gpu, this.config.headDim)));
    r.write(s.targets, batch.targets);
    r.write(s.sources, batch.sources);
    if (grads && parameters.training) {
      const { order, runs } = sortIds(batch.ids);
      r.write(grads.order, order);
      r.write(grads.runs, runs);
      this.distinct = runs.length / 3;
    }
  }

  /** Embedding and all `layers` over an uploaded batch; afterLayer comes when a layer's keys and values are known. */
  trunk(batch: PackedBatch, layers = this.layers, afterLayer?: (l: number) => void): void {
    for (const _ of this.outputs(batch, layers, afterLayer));
  }

  /**
   * The same, layer by layer: gives the output (N,C) of each once it is recorded. Where layers share their tensors, the next
   * one writes over it.
   */
  *outputs(batch: PackedBatch, layers = this.layers, afterLayer?: (l: number) => void): Generator<Tensor> {
    const N = batch.ids.length;
    const blocks = this.countBlocks(batch);
    const { embed } = this.parameters.weights;
    const x = layers[0].activations.x;
    embeddingForward(this.recorder, { table: embed, ids: this.shared.ids, y: x }, { N, C: this.width });
    for (const [l, layer] of layers.entries()) {
      layer.attentionInput(N);
      layer.attend(N, blocks);
      afterLayer?.(l);
      const output = layers[l + 1]?.activations.x ?? this.shared.out;
      layer.afterAttention(N, output);
      yield output;
    }
  }

  private get width(): number {
    return this.config.hiddenSize;
  }

  /** Forward pass of an uploaded batch; activations stay for `backward`. */
  forward(batch: PackedBatch, alternatives = false): void {
    this.trunk(batch);
    this.head.forward(batch, alternatives);
  }

  /** Where `backward` reads dLoss/dlogp (M) from. */
  get logpGradient(): Tensor {
    return this.scratch.weights;
  }

  /**
   * Adds the gradients of sum_m w[m] logp[m], w = logpGradient, for the batch whose forward pass was the last one; with
   * `compared`, those of sum_m w[m] logp[m] + b[m] D[m], both weights as they are given there.
   */
  backward(batch: PackedBatch, compared: Compared | null = null): void {
    const { recorder: r, scratch: g } = this;
    const N = batch.ids.length;
    const C = this.width;
    this.head.backward(batch, g, compared);
    r.clear(g.dStream);
    scatterRows(r, { x: g.dSelected, ids: this.shared.sources, y: g.dStream }, { N: batch.targets.length, C });
    const blocks = this.countBlocks(batch);
    for (let l = this.layers.length - 1; l >= 0; l--) {
      const layer = this.layers[l];
      if (this.capacity.recompute) {
        layer.attentionInput(N);
        layer.attend(N, blocks);
        layer.afterAttention(N, g.dNormed); // the output is known already; dNormed is free here
      }
      layer.backward(N, blocks);
    }
    const { training } = this.parameters;
    if (!training) return;
    const { order, runs, dStream: dy } = g;
    embeddingBackward(r, { dy, order, runs, dTable: training.dWeights.embed }, { J: this.distinct, C });
  }

  private countBlocks({ offsets }: PackedBatch): number {
    return countBlocks(offsets, attentionBlock(this.gpu, this.config.headDim));
  }

  /** Columns of q, k and v together. */
  get qkvWidth(): number {
    const { heads, kvHeads, headDim } = this.config;
    return (heads + 2 * kvHeads) * headDim;
  }

  private get scratch(): BackwardScratch {
    const { grads } = this.parts;
    if (!grads) throw new Error('This model was opened for inference only; open it with training: true.');
    return grads;
  }

  /** Gives all memory back. */
  destroy(): void {
    this.memory.destroy();
    this.recorder.destroy();
  }
}

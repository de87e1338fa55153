/**
 * A decoder's parameters on the device. Trained as a whole, values, gradients and AdamW's moments each lie in flat
 * chunks, so that clipping and AdamW are single dispatches a chunk. Frozen (for inference, or under LoRA), each matrix has
 * its own buffers, in the format asked for.
 */
import { BadInput } from '../../data/errors';
import type { Gpu } from '../../gpu/device';
import { type Arena, alignOffset, type Tensor, type TensorSpec, view } from '../../gpu/tensor';
import {
  QUANT_GROUP,
  storedBytes,
  type Weight,
  type WeightFormat,
  type WeightPiece,
} from '../../kernels/weight-format/weight-format';
import { loadWeights } from '../weights/load-weights';
import { unstore } from '../weights/quantise';
import type { HostTensor } from '../weights/safetensors';
import type { TensorCatalog } from '../weights/stored-tensor';
import { type ModelConfig, paddedVocab, switches } from './config';
import { Layout, type NamedShape, ROW_CUT, type Slot, slot } from './layout';

export interface LayerWeights {
  norm1: Tensor; // (C)
  qkv: Weight; // ((H+2K)D, C)
  qkvBias: Tensor | null; // ((H+2K)D)
  /** Norm weights of the heads: (2, D) query, key. */
  qkNorm: Tensor | null;
  /** Norm weights of whole projections: (HD) and (KD). */
  qNorm: Tensor | null;
  kNorm: Tensor | null;
  o: Weight; // (C, HD)
  norm2: Tensor; // (C)
  gateUp: Weight; // (2F, C)
  down: Weight; // (C, F)
}

/** Values, or their gradients. */
export interface Weights {
  embed: Weight; // (V padded, C)
  layers: LayerWeights[];
  norm: Tensor; // (C)
  head: Weight; // (V padded, C); the embedding itself when tied
}

/** Where every parameter of a model lies. Pure, so the memory plan can ask without a device. */
export class ParameterLayout extends Layout {
  constructor(
    readonly config: ModelConfig,
    bindingBytes?: number,
  ) {
    super(modelSlots(config), bindingBytes);
  }

  /** Views of every slot: matrices by `matrix`, vectors by `vector`. */
  weights(matrix: (key: string) => Weight, vector: (key: string) => Tensor): Weights {
    const { qkNorm, qkvBias } = switches(this.config);
    const layers = Array.from(
      { length: this.config.layers },
      (_, l): LayerWeights => ({
        norm1: vector(`${l}.norm1`),
        qkv: matrix(`${l}.qkv`),
        qkvBias: qkvBias ? vector(`${l}.qkvBias`) : null,
        qkNorm: qkNorm === 'head' ? vector(`${l}.qkNorm`) : null,
        qNorm: qkNorm === 'full' ? vector(`${l}.qNorm`) : null,
        kNorm: qkNorm === 'full' ? vector(`${l}.kNorm`) : null,
        o: matrix(`${l}.o`),
        norm2: vector(`${l}.norm2`),
        gateUp: matrix(`${l}.gateUp`),
        down: matrix(`${l}.down`),
      }),
    );
    const embed = matrix('embed');
    return { embed, layers, norm: vector('norm'), head: this.config.tiedEmbeddings ? embed : matrix('head') };
  }

  /** Throws BadInput where a checkpoint's tensors are not this model's. */
  checkCatalog(tensors: TensorCatalog, where: string): void {
    // Old Llama files hold the rotary frequencies.
    this.check(tensors, where, (name) => name.endsWith('.rotary_emb.inv_freq'));
  }
}

function modelSlots(config: ModelConfig): Slot[] {
  const { hiddenSize: C, vocabSize: V } = config;
  return [
    slot('embed', 'embedding', [['model.embed_tokens.weight', V, C]], paddedVocab(config)),
    ...Array.from({ length: config.layers }, (_, l) => layerSlots(config, l)).flat(),
    slot('norm', 'one', [['model.norm.weight', C]]),
    ...(config.tiedEmbeddings ? [] : [slot('head', 'matrix', [['lm_head.weight', V, C]], paddedVocab(config))]),
  ];
}

function layerSlots(config: ModelConfig, l: number): Slot[] {
  const { hiddenSize: C, heads: H, kvHeads: K, headDim: D, intermediateSize: F } = config;
  const { norms, qkNorm, qkvBias } = switches(config);
  const at = `model.layers.${l}`;
  const [norm1, norm2] =
    norms === 'pre'
      ? ['input_layernorm', 'post_attention_layernorm']
      : ['post_attention_layernorm', 'post_feedforward_layernorm'];
  const projections: [name: string, rows: number][] = [
    [`${at}.self_attn.q_proj`, H * D],
    [`${at}.self_attn.k_proj`, K * D],
    [`${at}.self_attn.v_proj`, K * D],
  ];
  const weights = projections.map(([name, rows]): NamedShape => [`${name}.weight`, rows, C]);
  const biases = projections.map(([name, rows]): NamedShape => [`${name}.bias`, rows]);
  const [q, k] = [`${at}.self_attn.q_norm.weight`, `${at}.self_attn.k_norm.weight`];
  const ofHeads: NamedShape[] = [
    [q, D],
    [k, D],
  ];
  const gateUp: NamedShape[] = [
    [`${at}.mlp.gate_proj.weight`, F, C],
    [`${at}.mlp.up_proj.weight`, F, C],
  ];
  return [
    slot(`${l}.norm1`, 'one', [[`${at}.${norm1}.weight`, C]]),
    slot(`${l}.qkv`, 'matrix', weights),
    ...(qkvBias ? [slot(`${l}.qkvBias`, 'zero', biases)] : []),
    ...(qkNorm === 'head' ? [slot(`${l}.qkNorm`, 'one', ofHeads)] : []),
    ...(qkNorm === 'full' ? [slot(`${l}.qNorm`, 'one', [[q, H * D]]), slot(`${l}.kNorm`, 'one', [[k, K * D]])] : []),
    slot(`${l}.o`, 'output', [[`${at}.self_attn.o_proj.weight`, C, H * D]]),
    slot(`${l}.norm2`, 'one', [[`${at}.${norm2}.weight`, C]]),
    slot(`${l}.gateUp`, 'matrix', gateUp),
    slot(`${l}.down`, 'output', [[`${at}.mlp.down_proj.weight`, C, F]]),
  ];
}

/** A flat set of parameters with its gradients and AdamW's moments: what an update works on. */
export interface Trainable {
  readonly layout: Layout;
  readonly values: Tensor[];
  readonly gradients: Tensor[];
  readonly firstMoment: Tensor[];
  readonly secondMoment: Tensor[];
}

const TRAINED = [
  ['values', 'parameters', 'weights'],
  ['gradients', 'gradients', 'gradients'],
  ['firstMoment', 'adamw.m', 'optimizer'],
  ['secondMoment', 'adamw.v', 'optimizer'],
] as const;

/** A teacher's copy of what is trained, and where the student's own values wait while the teacher looks. */
export const teacherSpecs = (layout: Layout): TensorSpec[] => [
  ...layout.specs('teacher', 'weights'),
  ...layout.specs('aside', 'weights'),
];

/** Specs of a trained set. */
export const trainableSpecs = (layout: Layout): TensorSpec[] =>
  TRAINED.flatMap(([, label, purpose]) => layout.specs(label, purpose));

/** Allocates a trained set, zeroed. Throws OutOfMemory; then nothing stays allocated. */
export async function allocateTrainable(arena: Arena, layout: Layout): Promise<Trainable> {
  const all = await arena.allocateList(trainableSpecs(layout));
  const n = layout.chunks.length;
  const [values, gradients, firstMoment, secondMoment] = TRAINED.map((_, i) => all.slice(i * n, (i + 1) * n));
  return { layout, values, gradients, firstMoment, secondMoment };
}

/** The format that a matrix gets where `asked` is asked for: what its rows do not fit, the next finer one. */
export function formatFor({ key, columns }: Slot, asked: WeightFormat): WeightFormat {
  // Four bits are too few for the table that every token is read from and predicted with.
  const wanted = asked === 'q4' && (key === 'embed' || key === 'head') ? 'q8' : asked;
  if ((wanted === 'q8' || wanted === 'q4') && columns % QUANT_GROUP !== 0) return columns % 4 === 0 ? 'bf16' : 'f32';
  return wanted !== 'f32' && columns % 4 !== 0 ? 'f32' : wanted;
}

/** Pieces of a frozen matrix: rows that fit a binding. */
function frozenPieces(s: Slot, format: WeightFormat, bindingBytes: number): { first: number; rows: number }[] {
  const rowBytes = storedBytes(format, s.columns).data;
  if (s.rows * rowBytes <= bindingBytes) return [{ first: 0, rows: s.rows }];
  const most = Math.floor(bindingBytes / rowBytes / ROW_CUT) * ROW_CUT;
  if (most === 0)
    throw new BadInput(
      `${ROW_CUT} rows of ${s.columns} values do not fit a binding of ${bindingBytes} bytes`,
      s.key,
      'Use an adapter with larger bindings, or a narrower model.',
    );
  const pieces: { first: number; rows: number }[] = [];
  for (let first = 0; first < s.rows; first += most) pieces.push({ first, rows: Math.min(most, s.rows - first) });
  return pieces;
}

/** Specs of frozen parameters: two tensors a piece where the format has scales, and one for all vectors. */
export function frozenSpecs(layout: ParameterLayout, asked: WeightFormat, bindingBytes: number): TensorSpec[] {
  const specs: TensorSpec[] = [];
  let vectors = 0;
  for (const s of layout.slots) {
    if (s.vector) {
      vectors += alignOffset(s.rows * 4) / 4;
      continue;
    }
    const format = formatFor(s, asked);
    for (const { first, rows } of frozenPieces(s, format, bindingBytes)) {
      const bytes = storedBytes(format, rows * s.columns);
      const label = first === 0 ? s.key : `${s.key}.${first}`;
      const dtype = format === 'f32' ? 'f32' : 'u32';
      specs.push({ label, shape: [bytes.data / 4], purpose: 'weights', dtype });
      if (bytes.scales > 0)
        specs.push({ label: `${label}.scales`, shape: [bytes.scales / 4], purpose: 'weights', dtype: 'u32' });
    }
  }
  specs.push({ label: 'vectors', shape: [vectors], purpose: 'weights' });
  return specs;
}

/** The device's copy of a model's parameters. */
export interface ParameterSet {
  readonly layout: ParameterLayout;
  readonly weights: Weights;
  /** Null where the parameters are frozen. */
  readonly training: (Trainable & { dWeights: Weights }) | null;
  /** WeightFormat by slot, for display. */
  readonly formats: ReadonlyMap<string, WeightFormat>;
}

/** Tells how far loading is, in values. */
export type OnLoaded = (done: number, total: number) => void;

/** Gives weights their values where they lie, without a checkpoint. */
export type FillOnDevice = (gpu: Gpu, weights: readonly (readonly [Slot, Weight])[]) => Promise<void>;

/** Where parameters have their values from. */
export type ParameterSource = { tensors: TensorCatalog; where: string } | FillOnDevice;

const fill = (
  gpu: Gpu,
  layout: ParameterLayout,
  weights: readonly (readonly [Slot, Weight])[],
  source: ParameterSource,
  onLoaded?: OnLoaded,
): Promise<void> =>
  typeof source === 'function'
    ? source(gpu, weights)
    : loadWeights(gpu, weights, source, (done) => onLoaded?.(done, layout.count));

/** Allocates parameters that are trained as a whole and loads their values. Throws BadInput and OutOfMemory. */
export async function createTrained(
  arena: Arena,
  layout: ParameterLayout,
  source: ParameterSource,
  onLoaded?: OnLoaded,
): Promise<ParameterSet> {
  if (typeof source !== 'function') layout.checkCatalog(source.tensors, source.where);
  const set = await allocateTrainable(arena, layout);
  const views = (chunks: Tensor[]) =>
    layout.weights(
      (key) => layout.matrix(key, chunks),
      (key) => layout.vector(key, chunks),
    );
  const weights = views(set.values);
  const matrices = layout.slots.map((s) => [s, layout.matrix(s.key, set.values)] as const);
  await fill(arena.gpu, layout, matrices, source, onLoaded);
  return {
    layout,
    weights,
    training: { ...set, dWeights: views(set.gradients) },
    formats: new Map(layout.slots.filter((s) => !s.vector).map((s) => [s.key, 'f32'])),
  };
}

/** Allocates frozen parameters in the format asked for and loads their values. Throws BadInput and OutOfMemory. */
export async function createFrozen(
  arena: Arena,
  layout: ParameterLayout,
  source: ParameterSource,
  asked: WeightFormat,
  bindingBytes: number,
  onLoaded?: OnLoaded,
): Promise<ParameterSet> {
  if (typeof source !== 'function') layout.checkCatalog(source.tensors, source.where);
  const allocated = await arena.allocateList(frozenSpecs(layout, asked, bindingBytes));
  const vectors = allocated[allocated.length - 1];
  const weights = new Map<string, Weight>();
  const formats = new Map<string, WeightFormat>();
  let next = 0;
  let vectorAt = 0;
  for (const s of layout.slots) {
    const format = s.vector ? 'f32' : formatFor(s, asked);
    const pieces: WeightPiece[] = [];
    if (s.vector) {
      const data = view(vectors, s.key, vectorAt, [s.rows]);
      pieces.push({ format, first: 0, rows: s.rows, data, scales: null });
      vectorAt += alignOffset(s.rows * 4) / 4;
    } else {
      formats.set(s.key, format);
      for (const { first, rows } of frozenPieces(s, format, bindingBytes)) {
        const data = allocated[next++];
        const scales = storedBytes(format, QUANT_GROUP).scales > 0 ? allocated[next++] : null;
        pieces.push({ format, first, rows, data, scales });
      }
    }
    weights.set(s.key, { rows: s.rows, columns: s.columns, pieces });
  }
  const filled = layout.slots.map((s) => [s, weights.get(s.key) as Weight] as const);
  await fill(arena.gpu, layout, filled, source, onLoaded);
  const matrix = (key: string) => weights.get(key) as Weight;
  return { layout, weights: layout.weights(matrix, (key) => matrix(key).pieces[0].data), training: null, formats };
}

/** What a stored matrix's words stand for, given a reader of its tensors: the values that the device computes with. */
async function readWeight(
  weight: Weight,
  read: (t: Tensor) => Promise<Uint32Array<ArrayBuffer>>,
): Promise<Float32Array<ArrayBuffer>> {
  const values = new Float32Array(weight.rows * weight.columns);
  for (const piece of weight.pieces) {
    const scales = piece.scales ? await read(piece.scales) : null;
    const words = { data: await read(piece.data), scales };
    const part = unstore(words, piece.format).subarray(0, piece.rows * weight.columns);
    values.set(part, piece.first * weight.columns);
  }
  return values;
}

/** Frozen parameters under their Hugging Face names, as f32: what the device computes with. */
export async function readParameters(
  set: ParameterSet,
  read: (t: Tensor) => Promise<Uint32Array<ArrayBuffer>>,
): Promise<Map<string, HostTensor>> {
  const tensors = new Map<string, HostTensor>();
  const bySlot = new Map<string, Weight>();
  const asVector = (data: Tensor, rows: number): Weight => ({
    rows,
    columns: 1,
    pieces: [{ format: 'f32', first: 0, rows, data, scales: null }],
  });
  const { weights, layout } = set;
  bySlot.set('embed', weights.embed);
  if (weights.head !== weights.embed) bySlot.set('head', weights.head);
  const vectors = new Map<string, Tensor | null>([['norm', weights.norm]]);
  weights.layers.forEach((w, l) => {
    for (const key of ['qkv', 'o', 'gateUp', 'down'] as const) bySlot.set(`${l}.${key}`, w[key]);
    for (const key of ['norm1', 'norm2', 'qkvBias', 'qkNorm', 'qNorm', 'kNorm'] as const)
      vectors.set(`${l}.${key}`, w[key]);
  });
  for (const s of layout.slots) {
    const weight = bySlot.get(s.key) ?? asVector(vectors.get(s.key) as Tensor, s.rows);
    const values = await readWeight(weight, read);
    for (const part of s.parts) {
      const from = part.first * s.columns;
      tensors.set(part.name, { shape: [...part.shape], data: values.slice(from, from + part.rows * s.columns) });
    }
  }
  return tensors;
}

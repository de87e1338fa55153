/**
 * A decoder's parameters: values, gradients and optimiser state, each in one buffer, so that clipping and AdamW are
 * single dispatches. Projections that read the same input lie fused (q, k, v; gate, up; the two QK norms); files keep
 * the Hugging Face names.
 */
import { BadInput } from '../data/errors';
import type { Recorder } from '../gpu/recorder';
import { type Arena, alignOffset, type Tensor, type TensorSpec, view } from '../gpu/tensor';
import { type ModelConfig, paddedVocab } from './config';
import type { HostTensor } from './safetensors';

/** One Hugging Face tensor inside a fused one; rows below `start` belong to the parts before it. */
interface Part {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: number; // elements
}

/** One fused tensor of the layout. `offset` is in elements, on a binding boundary. */
interface Slot {
  readonly key: string;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly parts: readonly Part[];
  readonly init: 'embedding' | 'matrix' | 'output' | 'one';
}

export interface LayerWeights {
  norm1: Tensor; // (C)
  qkv: Tensor; // ((H+2K)D, C)
  qkNorm: Tensor; // (2, D)
  o: Tensor; // (C, HD)
  norm2: Tensor; // (C)
  gateUp: Tensor; // (2F, C)
  down: Tensor; // (C, F)
}

/** Views into one buffer (values or gradients). */
export interface Weights {
  embed: Tensor; // (V padded, C)
  layers: LayerWeights[];
  norm: Tensor; // (C)
  head: Tensor; // (V padded, C); the embedding itself when tied
}

/** Where every parameter lies. Pure, so the memory plan can ask without a device. */
export class ParameterLayout {
  readonly slots: Slot[] = [];
  /** Elements of the whole buffer, padding included. */
  readonly size: number;
  /** Real parameters, padding excluded. */
  readonly count: number;

  constructor(readonly config: ModelConfig) {
    const { hiddenSize: C, heads: H, kvHeads: K, headDim: D, intermediateSize: F, vocabSize: V } = config;
    let offset = 0;
    const add = (key: string, rows: number, init: Slot['init'], parts: [name: string, ...shape: number[]][]) => {
      const columns = parts[0].length === 3 ? parts[0][2] : 1;
      let start = 0;
      const laid = parts.map(([name, ...shape]) => {
        const part = { name, shape, start };
        start += shape.reduce((n, d) => n * d, 1);
        return part;
      });
      this.slots.push({ key, offset, shape: [rows, columns], parts: laid, init });
      offset = alignOffset((offset + Math.max(start, rows * columns)) * 4) / 4;
    };
    add('embed', paddedVocab(config), 'embedding', [['model.embed_tokens.weight', V, C]]);
    for (let l = 0; l < config.layers; l++) {
      const at = `model.layers.${l}`;
      add(`${l}.norm1`, C, 'one', [[`${at}.input_layernorm.weight`, C]]);
      add(`${l}.qkv`, (H + 2 * K) * D, 'matrix', [
        [`${at}.self_attn.q_proj.weight`, H * D, C],
        [`${at}.self_attn.k_proj.weight`, K * D, C],
        [`${at}.self_attn.v_proj.weight`, K * D, C],
      ]);
      add(`${l}.qkNorm`, 2 * D, 'one', [
        [`${at}.self_attn.q_norm.weight`, D],
        [`${at}.self_attn.k_norm.weight`, D],
      ]);
      add(`${l}.o`, C, 'output', [[`${at}.self_attn.o_proj.weight`, C, H * D]]);
      add(`${l}.norm2`, C, 'one', [[`${at}.post_attention_layernorm.weight`, C]]);
      add(`${l}.gateUp`, 2 * F, 'matrix', [
        [`${at}.mlp.gate_proj.weight`, F, C],
        [`${at}.mlp.up_proj.weight`, F, C],
      ]);
      add(`${l}.down`, C, 'output', [[`${at}.mlp.down_proj.weight`, C, F]]);
    }
    add('norm', C, 'one', [['model.norm.weight', C]]);
    if (!config.tiedEmbeddings) add('head', paddedVocab(config), 'matrix', [['lm_head.weight', V, C]]);
    this.size = offset;
    this.count = this.slots.flatMap((s) => s.parts).reduce((n, p) => n + p.shape.reduce((a, b) => a * b, 1), 0);
  }

  /** The buffers' specs: values always; gradients and AdamW's two moments for training. */
  specs(
    training: boolean,
  ): Record<'values' | 'gradients' | 'firstMoment' | 'secondMoment', TensorSpec> | { values: TensorSpec } {
    const shape = [this.size];
    const values: TensorSpec = { label: 'parameters', shape, purpose: 'weights' };
    if (!training) return { values };
    return {
      values,
      gradients: { label: 'gradients', shape, purpose: 'gradients' },
      firstMoment: { label: 'adamw.m', shape, purpose: 'optimizer' },
      secondMoment: { label: 'adamw.v', shape, purpose: 'optimizer' },
    };
  }

  /** Views of every fused tensor in `buffer`. */
  views(buffer: Tensor): Weights {
    const at = (key: string): Tensor => {
      const slot = this.slots.find((s) => s.key === key) as Slot;
      return view(buffer, `${buffer.label}.${key}`, slot.offset, slot.shape);
    };
    const layers = Array.from(
      { length: this.config.layers },
      (_, l): LayerWeights => ({
        norm1: at(`${l}.norm1`),
        qkv: at(`${l}.qkv`),
        qkNorm: at(`${l}.qkNorm`),
        o: at(`${l}.o`),
        norm2: at(`${l}.norm2`),
        gateUp: at(`${l}.gateUp`),
        down: at(`${l}.down`),
      }),
    );
    const embed = at('embed');
    return { embed, layers, norm: at('norm'), head: this.config.tiedEmbeddings ? embed : at('head') };
  }

  /** Named tensors as one buffer. Throws BadInput for a missing, misshapen, surplus or non-finite tensor. */
  pack(tensors: ReadonlyMap<string, HostTensor>, where: string): Float32Array<ArrayBuffer> {
    const packed = new Float32Array(this.size);
    const used = new Set<string>();
    for (const slot of this.slots) {
      for (const part of slot.parts) {
        const tensor = tensors.get(part.name);
        if (!tensor)
          throw new BadInput(`Tensor ${part.name} is missing`, where, 'The weights do not belong to this config.json.');
        if (tensor.shape.join() !== part.shape.join()) {
          throw new BadInput(
            `Tensor ${part.name} has shape [${tensor.shape.join(', ')}], config.json asks for [${part.shape.join(', ')}]`,
            where,
            'The weights do not belong to this config.json.',
          );
        }
        const bad = tensor.data.findIndex((x) => !Number.isFinite(x));
        if (bad >= 0)
          throw new BadInput(
            `Tensor ${part.name} holds ${tensor.data[bad]} at element ${bad}`,
            where,
            'The checkpoint is damaged; use an earlier one.',
          );
        packed.set(tensor.data, slot.offset + part.start);
        used.add(part.name);
      }
    }
    for (const name of tensors.keys()) {
      // Tied models are often saved with the head repeated.
      if (!used.has(name) && !(name === 'lm_head.weight' && this.config.tiedEmbeddings)) {
        throw new BadInput(
          `Tensor ${name} has no place in this model`,
          where,
          'The weights do not belong to this config.json.',
        );
      }
    }
    return packed;
  }

  /** One buffer as tensors with Hugging Face names. */
  unpack(packed: Float32Array): Map<string, HostTensor> {
    const tensors = new Map<string, HostTensor>();
    for (const slot of this.slots) {
      for (const part of slot.parts) {
        const from = slot.offset + part.start;
        const length = part.shape.reduce((n, d) => n * d, 1);
        tensors.set(part.name, { shape: [...part.shape], data: packed.slice(from, from + length) });
      }
    }
    return tensors;
  }

  /** Random initial values: N(0, 0.05²) embeddings, N(0, 0.02²) output projections, N(0, 1/C) matrices, ones for norms. */
  initialise(normal: () => number): Float32Array<ArrayBuffer> {
    const packed = new Float32Array(this.size);
    const std = { embedding: 0.05, output: 0.02, matrix: 1 / Math.sqrt(this.config.hiddenSize), one: 0 };
    for (const slot of this.slots) {
      for (const part of slot.parts) {
        const from = slot.offset + part.start;
        const length = part.shape.reduce((n, d) => n * d, 1);
        for (let i = 0; i < length; i++) packed[from + i] = slot.init === 'one' ? 1 : std[slot.init] * normal();
      }
    }
    return packed;
  }
}

/** The device's copy of a layout's parameters. */
export interface ParameterSet {
  layout: ParameterLayout;
  values: Tensor;
  weights: Weights;
  /** Present when the model was opened for training. */
  training: { gradients: Tensor; dWeights: Weights; firstMoment: Tensor; secondMoment: Tensor } | null;
}

/** Allocates parameters on the device and writes the values. */
export async function createParameters(
  arena: Arena,
  recorder: Recorder,
  layout: ParameterLayout,
  packed: Float32Array<ArrayBuffer>,
  training: boolean,
): Promise<ParameterSet> {
  const tensors = (await arena.allocate(layout.specs(training) as Record<string, TensorSpec>)) as Record<
    'values' | 'gradients' | 'firstMoment' | 'secondMoment',
    Tensor
  >;
  recorder.write(tensors.values, packed);
  const { values, gradients, firstMoment, secondMoment } = tensors;
  return {
    layout,
    values,
    weights: layout.views(values),
    training: training ? { gradients, dWeights: layout.views(gradients), firstMoment, secondMoment } : null,
  };
}

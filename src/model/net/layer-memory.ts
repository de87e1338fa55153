/**
 * Where the layers' tensors and the KV cache lie. The first layer's tensors have buffers of their own; those of the others,
 * which only a backward pass needs, lie in lanes. Sampling computes every layer in the first one's tensors, and the KV cache
 * then lies in the lanes: neither needs what the other left there.
 */
import { alignOffset, elements, type Tensor, type TensorSpec } from '../../gpu/tensor';
import { type Capacity, cacheSpecs, keepsAll, type LayerActivations, layerSpecs } from './activations';
import type { ModelConfig } from './config';

type LayerTensors = LayerActivations<Tensor>;
type Name = keyof LayerTensors;

/**
 * A lane is one buffer. WebGPU refuses a dispatch that reads one part of a buffer and writes another, so a lane holds only
 * tensors that no dispatch of a layer, pre-norm or post-norm, touches together. `act` is written again by the backward pass:
 * one is enough for all layers.
 */
const LANES: readonly (readonly Name[])[] = [
  ['gu'],
  ['qkv', 'middle'],
  ['q', 'normed1'],
  ['k', 'x'],
  ['attended', 'normed2'],
  ...(['rstd1', 'qkRstd', 'kRstd', 'lse', 'rstd2'] as const).map((name) => [name]),
];

/** A tensor's place: a buffer's number in the plan, and the bytes before it. */
interface Place {
  readonly spec: TensorSpec;
  readonly buffer: number;
  readonly offset: number;
  readonly bytes: number;
}

interface Lane {
  readonly buffer: number;
  bytes: number;
  /** Of the KV cache. */
  taken: number;
}

export interface LayerMemory {
  /** Every buffer. */
  readonly specs: readonly TensorSpec[];
  /** The tensors, given those buffers. */
  place(buffers: readonly Tensor[]): { layers: LayerTensors[]; caches: Record<string, Tensor> };
}

const bytesOf = ({ shape }: TensorSpec): number => Math.max(16, Math.ceil((elements(shape) * 4) / 16) * 16);

/** The plan for a model and a capacity; no lane is larger than a binding. */
export function layerMemory(c: ModelConfig, cap: Capacity, bindingBytes: number): LayerMemory {
  const specs: TensorSpec[] = [];
  const alone = (spec: TensorSpec): Place => {
    const bytes = bytesOf(spec);
    return { spec, buffer: specs.push(spec) - 1, offset: 0, bytes };
  };
  const all = Array.from({ length: c.layers }, (_, l) => layerSpecs(c, cap.tokens, l));
  const first = mapped(all[0], alone);
  const layers: LayerActivations<Place>[] = all.map(() => ({ ...first }));
  const lanes: Lane[] = [];
  for (const names of cap.training ? LANES : []) {
    let lane: Lane | null = null;
    for (let l = 1; l < c.layers; l++)
      for (const name of names) {
        if (!keepsAll(cap) && name !== 'x') continue;
        const spec = all[l][name];
        const bytes = bytesOf(spec);
        const end: number = (lane?.bytes ?? 0) + alignOffset(bytes);
        if (!lane || end > bindingBytes) {
          lane = { buffer: specs.push(spec) - 1, bytes: 0, taken: 0 };
          lanes.push(lane);
        }
        layers[l][name] = { spec, buffer: lane.buffer, offset: lane.bytes, bytes };
        lane.bytes += alignOffset(bytes);
        specs[lane.buffer] = { label: `lane.${names.join('.')}`, shape: [lane.bytes / 4], purpose: 'activations' };
      }
  }
  const caches = mapped(cacheSpecs(c, cap), (spec) => inLane(lanes, spec) ?? alone(spec));
  return {
    specs,
    place: (buffers) => {
      const tensor = ({ spec, buffer, offset, bytes }: Place): Tensor => {
        const { label, shape, dtype = 'f32' } = spec;
        return { label, buffer: buffers[buffer].buffer, offset, bytes, dtype, shape };
      };
      return { layers: layers.map((layer) => mapped(layer, tensor)), caches: mapped(caches, tensor) };
    },
  };
}

/** A place in the first lane that has room. */
function inLane(lanes: readonly Lane[], spec: TensorSpec): Place | null {
  const bytes = bytesOf(spec);
  const lane = lanes.find((one) => one.taken + bytes <= one.bytes);
  if (!lane) return null;
  const offset = lane.taken;
  lane.taken += alignOffset(bytes);
  return { spec, buffer: lane.buffer, offset, bytes };
}

const mapped = <K extends string, A, B>(from: Record<K, A>, to: (a: A) => B): Record<K, B> =>
  Object.fromEntries(Object.entries<A>(from).map(([key, a]) => [key, to(a)])) as Record<K, B>;

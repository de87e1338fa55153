/**
 * Where named tensors lie in flat memory. Tensors that the engine uses together (q, k, v; gate, up) are parts of one
 * fused slot; files keep the Hugging Face names. Flat memory is cut into chunks that fit a binding.
 */
import { BadInput } from '../../data/errors';
import { alignOffset, type Tensor, type TensorSpec, view } from '../../gpu/tensor';
import { plainRows, type Weight, type WeightPiece } from '../../kernels/weight-format/weight-format';
import { expectFinite } from '../weights/finite';
import type { HostTensor } from '../weights/safetensors';
import type { TensorCatalog } from '../weights/stored-tensor';

/** How a slot's values begin: N(0, 0.05²), N(0, 1/fan-in), N(0, 0.02²), U(±1/√columns) (PEFT's lora_A), constants. */
export type Init = 'embedding' | 'matrix' | 'output' | 'uniform' | 'one' | 'zero';

/** One named tensor inside a slot; rows below `first` belong to the parts before it. */
export interface Part {
  readonly name: string;
  readonly shape: readonly number[];
  readonly first: number; // rows
  readonly rows: number;
}

/** A fused tensor: a matrix (rows, columns), or a vector (rows). Rows past the parts are padding. */
export interface Slot {
  readonly key: string;
  readonly rows: number;
  readonly columns: number;
  readonly vector: boolean;
  readonly parts: readonly Part[];
  readonly init: Init;
}

/** Rows of a slot that lie together in one chunk; `offset` is in elements of the chunk, on a binding boundary. */
interface Placement {
  readonly chunk: number;
  readonly offset: number;
  readonly first: number;
  readonly rows: number;
}

/** Rows of a matrix that is cut come in multiples of this, so that every cut is on a binding boundary in every format. */
export const ROW_CUT = 64;

/** A tensor of a model's file. */
export type NamedShape = [name: string, ...shape: number[]];

export const slot = (key: string, init: Init, parts: NamedShape[], atLeastRows = 0): Slot => {
  let first = 0;
  const laid = parts.map(([name, rows, ...rest]) => {
    const part = { name, shape: [rows, ...rest], first, rows };
    first += rows;
    return part;
  });
  const vector = parts[0].length === 2;
  return { key, rows: Math.max(first, atLeastRows), columns: vector ? 1 : parts[0][2], vector, parts: laid, init };
};

export class Layout {
  /** Elements of each chunk, padding included. */
  readonly chunks: number[] = [];
  /** Elements of all chunks. */
  readonly size: number;
  /** Real values, padding excluded. */
  readonly count: number;
  /** The file of its tensors in a folder that others read. */
  readonly file: string = 'model.safetensors';
  /** What says which tensors there must be, and what it means where they are others. */
  protected readonly expectation: { by: string; mend: string } = {
    by: 'config.json',
    mend: 'The weights do not belong to this config.json.',
  };
  private readonly placements = new Map<string, Placement[]>();
  private readonly starts: number[] = [];

  /** `bindingBytes` is the largest chunk. Throws BadInput where not even 64 rows fit it. */
  constructor(
    readonly slots: readonly Slot[],
    private readonly bindingBytes = Number.POSITIVE_INFINITY,
  ) {
    for (const s of slots) this.placements.set(s.key, this.place(s));
    let start = 0;
    for (const chunk of this.chunks) {
      this.starts.push(start);
      start += chunk;
    }
    this.size = start;
    this.count = slots.flatMap((s) => s.parts).reduce((n, p) => n + p.shape.reduce((a, b) => a * b, 1), 0);
  }

  private place({ key, rows, columns }: Slot): Placement[] {
    const most = Math.floor(this.bindingBytes / 4);
    const placed: Placement[] = [];
    for (let first = 0; first < rows; ) {
      let last = this.chunks.length - 1;
      const fits = (n: number, used: number) => alignOffset((used + n * columns) * 4) / 4 <= most;
      if (last < 0 || !fits(rows - first, this.chunks[last])) last = this.chunks.push(0) - 1;
      const whole = fits(rows - first, 0);
      const n = whole ? rows - first : Math.floor(most / columns / ROW_CUT) * ROW_CUT;
      if (n === 0)
        throw new BadInput(
          `${ROW_CUT} rows of ${columns} values do not fit a binding of ${this.bindingBytes} bytes`,
          key,
          'Use an adapter with larger bindings, or a narrower model.',
        );
      placed.push({ chunk: last, offset: this.chunks[last], first, rows: n });
      this.chunks[last] = alignOffset((this.chunks[last] + n * columns) * 4) / 4;
      first += n;
    }
    return placed;
  }

  /** Of each chunk, first element and end of what vectors (norms and biases) take, ascending. */
  get vectors(): [first: number, end: number][][] {
    const spans = this.chunks.map(() => [] as [number, number][]);
    for (const { key, vector, columns } of this.slots)
      if (vector) for (const p of this.placesOf(key)) spans[p.chunk].push([p.offset, p.offset + p.rows * columns]);
    return spans.map((own) => own.sort(([a], [b]) => a - b));
  }

  /** One spec a chunk. */
  specs(label: string, purpose: TensorSpec['purpose']): TensorSpec[] {
    return this.chunks.map((n, i) => ({ label: i === 0 ? label : `${label}.${i}`, shape: [n], purpose }));
  }

  /** A slot as a weight matrix within the chunks' tensors. */
  matrix(key: string, chunks: readonly Tensor[]): Weight {
    const { rows, columns } = this.slot(key);
    const pieces = this.placesOf(key).map(
      (p): WeightPiece => ({
        ...plainRows(view(chunks[p.chunk], `${chunks[p.chunk].label}.${key}`, p.offset, [p.rows, columns])),
        first: p.first,
        rows: p.rows,
      }),
    );
    return { rows, columns, pieces };
  }

  /** A slot that is a vector, or any slot that lies in one piece. */
  vector(key: string, chunks: readonly Tensor[]): Tensor {
    return this.matrix(key, chunks).pieces[0].data;
  }

  slot(key: string): Slot {
    const found = this.slots.find((s) => s.key === key);
    if (!found) throw new Error(`There is no slot ${key}.`);
    return found;
  }

  private placesOf(key: string): Placement[] {
    return this.placements.get(key) as Placement[];
  }

  /** Runs of a part's values: where they lie in the concatenated chunks, and which of the part's elements they are. */
  *runs(s: Slot, part: Part): Generator<{ flat: number; from: number; length: number }> {
    for (const p of this.placesOf(s.key)) {
      const first = Math.max(p.first, part.first);
      const end = Math.min(p.first + p.rows, part.first + part.rows);
      if (first >= end) continue;
      const flat = this.starts[p.chunk] + p.offset + (first - p.first) * s.columns;
      yield { flat, from: (first - part.first) * s.columns, length: (end - first) * s.columns };
    }
  }

  /** Concatenated chunks as tensors with their file names: views of `packed`, where a tensor lies in one piece. */
  unpack(packed: Float32Array): Map<string, HostTensor> {
    const tensors = new Map<string, HostTensor>();
    for (const s of this.slots) {
      for (const part of s.parts) {
        const runs = [...this.runs(s, part)];
        const piece = ({ flat, length }: (typeof runs)[number]) => packed.subarray(flat, flat + length);
        const data = runs.length === 1 ? piece(runs[0]) : new Float32Array(part.rows * s.columns);
        if (runs.length > 1) for (const run of runs) data.set(piece(run), run.from);
        tensors.set(part.name, { shape: [...part.shape], data });
      }
    }
    return tensors;
  }

  /** Named tensors as concatenated chunks. Throws BadInput for a missing, misshapen, surplus or non-finite tensor. */
  pack(tensors: ReadonlyMap<string, HostTensor>, where: string): Float32Array<ArrayBuffer> {
    this.check(tensors, where);
    const packed = new Float32Array(this.size);
    for (const s of this.slots) {
      for (const part of s.parts) {
        const { data } = tensors.get(part.name) as HostTensor;
        expectFinite(part.name, data, where);
        for (const { flat, from, length } of this.runs(s, part)) packed.set(data.subarray(from, from + length), flat);
      }
    }
    return packed;
  }

  /** Throws BadInput where tensors are missing, have another shape, or have no place here (`optional` ones aside). */
  check(
    tensors: ReadonlyMap<string, { shape: readonly number[] }>,
    where: string,
    optional: (name: string) => boolean = () => false,
  ): void {
    const { by, mend } = this.expectation;
    const known = new Set<string>();
    for (const part of this.slots.flatMap((s) => s.parts)) {
      known.add(part.name);
      const tensor = tensors.get(part.name);
      if (!tensor) throw new BadInput(`Tensor ${part.name} is missing`, where, mend);
      if (tensor.shape.join() !== part.shape.join()) {
        throw new BadInput(
          `Tensor ${part.name} has shape [${tensor.shape.join(', ')}], ${by} asks for [${part.shape.join(', ')}]`,
          where,
          mend,
        );
      }
    }
    for (const name of tensors.keys()) {
      if (!known.has(name) && !optional(name))
        throw new BadInput(`Tensor ${name} has no place in this model`, where, mend);
    }
  }

  /** Random initial values. `uniform` draws from [0, 1). */
  initialise(normal: () => number, uniform: () => number = () => 0.5): Float32Array<ArrayBuffer> {
    const packed = new Float32Array(this.size);
    for (const s of this.slots) {
      const value = initialValue(s, normal, uniform);
      for (const part of s.parts) {
        for (const { flat, length } of this.runs(s, part)) for (let i = 0; i < length; i++) packed[flat + i] = value();
      }
    }
    return packed;
  }
}

function initialValue({ init, columns }: Slot, normal: () => number, uniform: () => number): () => number {
  switch (init) {
    case 'one':
      return () => 1;
    case 'zero':
      return () => 0;
    case 'uniform':
      return () => (2 * uniform() - 1) / Math.sqrt(columns);
    case 'embedding':
      return () => 0.05 * normal();
    case 'output':
      return () => 0.02 * normal();
    case 'matrix':
      return () => normal() / Math.sqrt(columns);
  }
  return init satisfies never;
}

/** Host tensors in a layout's memory as a catalog, so that every model is loaded in the same way. */
export function packedCatalog(layout: Layout, packed: Float32Array<ArrayBuffer>): TensorCatalog {
  return new Map(
    layout.slots.flatMap((s) =>
      s.parts.map((part) => [
        part.name,
        {
          name: part.name,
          shape: part.shape,
          dtype: 'F32',
          bytes: part.rows * s.columns * 4,
          async rows(first: number, end: number) {
            const data = new Float32Array((end - first) * s.columns);
            const [low, high] = [first * s.columns, end * s.columns];
            for (const { flat, from, length } of layout.runs(s, part)) {
              const [a, b] = [Math.max(low, from), Math.min(high, from + length)];
              if (a < b) data.set(packed.subarray(flat + a - from, flat + b - from), a - low);
            }
            return data;
          },
        },
      ]),
    ),
  );
}

/**
 * How attention's kernels for GPUs are cut (attention-tiles-*.wgsl): a thread holds at most 64 floats whatever the head
 * dimension, and a workgroup at most 16 KiB.
 */
import { defineKernel, type Kernel } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import type { Tensor } from '../../gpu/tensor';
import keyValueSource from './attention-tiles-backward-key-value.wgsl?raw';
import querySource from './attention-tiles-backward-query.wgsl?raw';
import forwardSource from './attention-tiles-forward.wgsl?raw';

/** The kernels' constants: threads side by side, rows a thread, and vec4s of D in a tile. */
export interface TileShape {
  CT: number;
  R: number;
  DC: number;
}

/** What a thread may hold, and the widest heads with which it and a workgroup's memory suffice. */
export const [MOST_FLOATS, MOST_TILED] = [64, 256];

/** Queries or keys of a block of `attentionBlocks`. */
export const TILED_BLOCK = 32;

interface Form {
  source: string;
  /** Floats that a thread holds with `columns` vec4s a row. */
  floats(R: number, columns: number): number;
  /** From the one that shares most what it loads to the one that fits the widest heads. */
  shapes: readonly TileShape[];
}

const FORMS = {
  forward: {
    source: forwardSource,
    floats: (R, columns) => R * (4 * columns + 4 + 2), // the sum, scores, and the softmax's maximum and sum
    shapes: [
      { CT: 8, R: 4, DC: 8 },
      { CT: 16, R: 4, DC: 4 },
      { CT: 16, R: 2, DC: 4 },
      { CT: 16, R: 1, DC: 4 },
    ],
  },
  'backward-query': {
    source: querySource,
    floats: (R, columns) => R * (4 * columns + 8),
    shapes: [
      { CT: 8, R: 4, DC: 4 },
      { CT: 16, R: 4, DC: 2 },
      { CT: 16, R: 2, DC: 4 },
      { CT: 16, R: 1, DC: 4 },
    ],
  },
  'backward-key-value': {
    source: keyValueSource,
    floats: (R, columns) => R * (8 * columns + 8),
    // never four keys a thread: for narrow heads that would fit, but llvmpipe compiles it for 25 s
    shapes: [
      { CT: 8, R: 2, DC: 4 },
      { CT: 16, R: 2, DC: 2 },
      { CT: 16, R: 1, DC: 2 },
    ],
  },
} satisfies Record<string, Form>;

export type TiledForm = keyof typeof FORMS;
export const TILED_FORMS = Object.keys(FORMS) as TiledForm[];

/** For heads that only the self-test has: compiled in a third of the time. */
const NARROW: TileShape = { CT: 8, R: 1, DC: 2 };

/** The first shape of a form with which a thread's floats suffice for heads of D. */
function tileShape(form: TiledForm, D: number): TileShape {
  if (D < 16) return NARROW;
  const { floats, shapes }: Form = FORMS[form];
  const fits = ({ CT, R }: TileShape) => floats(R, Math.ceil(D / 4 / CT)) <= MOST_FLOATS;
  return shapes.find(fits) ?? shapes[shapes.length - 1];
}

/** A kernel's source with other values of its constants. */
export const withConstants = (source: string, constants: Record<string, number>): string =>
  Object.entries(constants).reduce(
    (text, [name, value]) => text.replace(new RegExp(`const ${name}: u32 = \\d+u;`), `const ${name}: u32 = ${value}u;`),
    source,
  );

/** The form's source for heads of D; half: queries, keys and values lie in the tile as f16. */
export function tiledSource(form: TiledForm, D: number, half = false): string {
  const source = withConstants(FORMS[form].source, { D4: D / 4, ...tileShape(form, D) });
  return half ? `enable f16;\n${source.replace('alias Four = vec4<f32>;', 'alias Four = vec4<f16>;')}` : source;
}

interface Tiled extends TileShape {
  readonly kernel: Kernel;
}

/** Kernels by form and head dimension, those of f16 by its negative. Every layer asks for one. */
const kernels: Record<TiledForm, Map<number, Tiled>> = {
  forward: new Map(),
  'backward-query': new Map(),
  'backward-key-value': new Map(),
};

function tiledKernel(form: TiledForm, D: number, half: boolean): Tiled {
  const key = half ? -D : D;
  const known = kernels[form].get(key);
  if (known) return known;
  const name = `attention-tiles-${form}-d${D}${half ? '-half' : ''}`;
  const made = { ...tileShape(form, D), kernel: defineKernel(name, tiledSource(form, D, half)) };
  kernels[form].set(key, made);
  return made;
}

/** What attention's kernels read of a shape. */
export interface TileParams {
  H: number;
  K: number;
  scale: number;
  window: number;
}

/** Records one of the kernels over `blocks` blocks of TILED_BLOCK; D is a multiple of 4, MOST_TILED at most. */
export function dispatchTiles(
  r: Recorder,
  form: TiledForm,
  tensors: Record<string, Tensor>,
  { H, K, scale, window }: TileParams,
  { D, blocks, share }: { D: number; blocks: number; share: number },
): void {
  const half = form === 'forward' && r.allowsHalf; // gradients are too small for f16's exponents
  const { kernel, CT, R, DC } = tiledKernel(form, D, half);
  const held = 8 * R; // rows, or keys, a workgroup
  const cut = form === 'backward-key-value' ? TILED_BLOCK : TILED_BLOCK * share;
  const params = { H, K, scale, window, depth: DC, groups: CT };
  r.dispatch(kernel, tensors, params, [K, blocks, Math.ceil(cut / held)]);
}

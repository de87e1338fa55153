/** Products and attention on shapes that training and decoding have. */
import type { Gpu } from '../../gpu/device';
import { Arena } from '../../gpu/tensor';
import {
  attentionBackward,
  attentionBlocks,
  attentionDecode,
  attentionForward,
  decodeScratch,
} from '../../kernels/attention/attention';
import { ATTENTION_VARIANTS, attentionBlock, attentionVariant } from '../../kernels/attention/attention-variant';
import { type MatmulCall, matmul } from '../../kernels/matmul/matmul';
import {
  type MatmulVariant,
  matmulChoice,
  type ProductShape,
  setMatmulChoice,
  setMatmulVariant,
  variantFor,
} from '../../kernels/matmul/variants';
import { candidates, shapeCandidates } from '../../kernels/tuner';
import { QUANT_GROUP, storedBytes, WEIGHT_FORMATS, type WeightFormat } from '../../kernels/weight-format/weight-format';
import { affordable, type Bench, fastestSubmit, type Group, type Timed } from './group';
import type { Row } from './row';

type Shape = [layout: MatmulCall['layout'], M: number, N: number, K: number];

/** What the tuner measures (src/kernels/tuner.ts). */
const TUNED_SHAPES: Shape[] = [
  ['NT', 512, 128, 64],
  ['NN', 512, 64, 128],
  ['TN', 128, 64, 512],
];
/** A square one, and projections of Qwen3-0.6B over 512 tokens and over one. */
const LARGE_SHAPES: Shape[] = [
  ['NT', 1024, 1024, 1024],
  ['NT', 512, 6144, 1024],
  ['NN', 512, 1024, 6144],
  ['NT', 1, 6144, 1024],
];

export const products: Group = async (bench) => {
  const { add } = bench;
  const squares = (bench.quick ? [128, 256] : [128, 256, 512, 1024]).map((n): Shape => ['NT', n, n, n]);
  const shapes: Shape[] = [
    ...squares,
    ['NT', 2048, 288, 96],
    ['NT', 2048, 512, 96],
    ['NT', 2048, 96, 256],
    ['NN', 2048, 96, 512],
    ['TN', 512, 96, 2048],
  ];
  for (const shape of shapes) add(await timedProduct(bench, shape));
  for (const format of WEIGHT_FORMATS) add(await decodingProduct(bench, format));
};

/** Every variant that this adapter may take, shape by shape, beside the one in force. */
export const variants: Group = async (bench) => {
  const { gpu } = bench.r;
  const before = matmulChoice(gpu);
  const shapes: Shape[] = [...TUNED_SHAPES, ...(bench.quick ? [] : LARGE_SHAPES)];
  try {
    for (const shape of shapes) {
      const [layout, M, N, K] = shape;
      const product = { layout, M, N, K, format: 'f32', half: false } as const;
      const inForce = variantFor(gpu, product);
      const all = gpu.adapter.software && bench.quick ? candidates(gpu) : allCandidates(gpu, product);
      const rows: (Row & Timed)[] = [];
      for (const variant of all) {
        setMatmulVariant(gpu, variant);
        const { name, ...row } = await timedProduct(bench, shape);
        rows.push({ ...row, group: 'variant', name: `${name}, ${variant}` });
      }
      const best = Math.min(...rows.map((row) => bench.deviceMs(row)));
      for (const [i, row] of rows.entries()) {
        const ratio = `${(bench.deviceMs(row) / best).toFixed(2)} of the fastest's time`;
        bench.add({ ...row, note: all[i] === inForce ? `${ratio}; in force` : ratio });
      }
      setMatmulChoice(gpu, before);
    }
  } finally {
    setMatmulChoice(gpu, before);
  }
};

/** The rule's candidates and the shape's, each once. */
const allCandidates = (gpu: Gpu, shape: ProductShape): MatmulVariant[] => [
  ...new Set([...candidates(gpu), ...shapeCandidates(gpu, shape)]),
];

async function timedProduct({ r, peak, deviceMs }: Bench, [layout, M, N, K]: Shape): Promise<Row & Timed> {
  const arena = new Arena(r.gpu);
  const [a, b, c] = [M * K, N * K, M * N].map((n) => arena.tensor({ label: 'bench', shape: [n], purpose: 'scratch' }));
  const call = { layout, a, b, c, M, N, K };
  const time = await fastestSubmit(r, () => matmul(r, call), M * N * K > 1e8 ? 2 : 5);
  arena.destroy();
  const gflops = (2 * M * N * K) / deviceMs(time) / 1e6;
  return { group: 'matmul', name: `${layout} ${M} × ${N} over ${K}`, ...time, gflops, share: gflops / peak };
}

/** One token through a wide projection: nothing but reading its weights, which are larger than the caches. */
async function decodingProduct({ r, copy, deviceMs }: Bench, format: WeightFormat): Promise<Row> {
  const [N, K] = [16384, 1536];
  const arena = new Arena(r.gpu);
  const tensor = (n: number) => arena.tensor({ label: 'bench', shape: [n], purpose: 'scratch' });
  const bytes = storedBytes(format, N * K);
  const scaled = storedBytes(format, QUANT_GROUP).scales > 0;
  const b = { format, data: tensor(bytes.data / 4), scales: scaled ? tensor(bytes.scales / 4) : null };
  const call: MatmulCall = { layout: 'NT', a: tensor(K), b, c: tensor(N), M: 1, N, K };
  const time = await fastestSubmit(r, () => matmul(r, call), 8);
  arena.destroy();
  const bandwidth = (bytes.data + bytes.scales) / deviceMs(time) / 1e6;
  const name = `NT 1 × ${N} over ${K}, ${format}`;
  return { group: 'matmul', name, ...time, bandwidth, share: bandwidth / copy };
}

export const attention: Group = async (bench) => {
  for (const backward of [false, true]) await trainingAttention(bench, { S: 32, T: 64, H: 3, K: 3, D: 32 }, backward);
  for (const B of [1, 8]) bench.add(await decodingAttention(bench, B));
};

/**
 * One sequence of growing length, in the heads of Qwen3-0.6B and 1.7B; on a GPU up to 2,048 tokens in every variant. A
 * software adapter compiles rows of such heads for a minute and a half.
 */
export const contexts: Group = async (bench) => {
  const { gpu } = bench.r;
  const D = 128;
  for (const T of [512, 1024, 2048, 4096, 8192]) {
    const variants = gpu.adapter.software || T > 2048 ? [attentionVariant(gpu, D)] : ATTENTION_VARIANTS;
    for (const backward of [false, true])
      for (const variant of variants) await trainingAttention(bench, { S: 1, T, H: 16, K: 8, D }, backward, variant);
  }
};

/** S sequences of T tokens, H query heads of D on K key heads. */
interface AttentionShape {
  readonly S: number;
  readonly T: number;
  readonly H: number;
  readonly K: number;
  readonly D: number;
}

async function trainingAttention(
  bench: Bench,
  { S, T, H, K, D }: AttentionShape,
  backward: boolean,
  variant = attentionVariant(bench.r.gpu, D),
): Promise<void> {
  const { r, peak, deviceMs, add } = bench;
  const heads = K === H ? `${H} heads of ${D}` : `${H} heads of ${D} on ${K}`;
  const name = `${backward ? 'backward' : 'forward'}, ${S} × ${T}, ${heads}, ${variant}`;
  // Causal: half of the (T,T) pairs; two products of D forward, five backward.
  const gflop = ((backward ? 5 : 2) * 2 * S * H * D * (T * (T + 1)) * 0.5) / 1e9;
  const times = 4;
  if (!affordable(bench, 'attention', name, (times + 1) * gflop)) return;
  const N = S * T;
  const arena = new Arena(r.gpu);
  const t = (n: number) => arena.tensor({ label: 'bench', shape: [n], purpose: 'scratch' });
  const table = attentionBlocks(
    Array.from({ length: S + 1 }, (_, s) => s * T),
    attentionBlock(r.gpu, D, variant),
  );
  const blocks = t(table.length);
  r.write(blocks, table);
  const width = (H + 2 * K) * D;
  const b = {
    ...{ q: t(N * H * D), k: t(N * K * D), qkv: t(N * width), blocks, out: t(N * H * D), lse: t(N * H) },
    ...{ dOut: t(N * H * D), delta: t(N * H), dQkv: t(N * width) },
  };
  const p = { N, H, K, D, blocks: table.length / 4 };
  const work = () => (backward ? attentionBackward(r, b, p, variant) : attentionForward(r, b, p, variant));
  const time = await fastestSubmit(r, work, times);
  arena.destroy();
  const gflops = (1000 * gflop) / deviceMs(time);
  const inForce = variant === attentionVariant(r.gpu, D) ? { note: 'in force' } : {};
  add({ group: 'attention', name, ...time, gflops, share: gflops / peak, ...inForce });
}

/** The next token of B sequences of 2,048, in one layer of SmolLM2-135M's shape; the bytes are those of the cache. */
async function decodingAttention({ r, copy, deviceMs }: Bench, B: number): Promise<Row> {
  const [P, H, K, D] = [2048, 9, 3, 64];
  const arena = new Arena(r.gpu);
  const t = (n: number) => arena.tensor({ label: 'bench', shape: [n], purpose: 'scratch' });
  const [cacheK, cacheV] = [t(B * P * K * D), t(B * P * K * D)];
  const scratch = decodeScratch({ R: B, H, D });
  const b = {
    ...{ q: t(B * H * D), cacheK, cacheV, rows: t(B), positions: t(B), out: t(B * H * D) },
    ...{ partial: t(scratch.partial), stats: t(scratch.stats) },
  };
  r.write(
    b.rows,
    Uint32Array.from({ length: B }, (_, i) => i),
  );
  r.write(b.positions, new Uint32Array(B).fill(P - 1));
  const time = await fastestSubmit(r, () => attentionDecode(r, b, { B, H, K, D, P, longest: P }), 8);
  arena.destroy();
  const bandwidth = (2 * B * P * K * D * 4) / deviceMs(time) / 1e6;
  const name = `decoding, ${B} × ${P}, ${H} heads of ${D} on ${K}`;
  return { group: 'attention', name, ...time, bandwidth, share: bandwidth / copy };
}

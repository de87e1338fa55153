import { type Bench, type Check, operation, together, wave } from '../self-test/case';
import {
  attentionBackward,
  attentionBlocks,
  attentionDecodeSplit,
  attentionDecodeWhole,
  attentionForward,
  type DecodeTensors,
  decodeScratch,
} from './attention';
import { MOST_TILED } from './attention-tiles';
import { ATTENTION_VARIANTS, type AttentionVariant, attentionBlock, MOST_WHOLE } from './attention-variant';
import * as reference from './reference';

/** Packed sequences of these lengths. */
interface Shape extends reference.Heads {
  lengths: readonly number[];
  /** Also the forward pass that rounds queries, keys and values to f16, where the adapter has it. */
  half?: boolean;
}

/** One token a row over its cache; row b stands at positions[b] of P. */
interface DecodeShape extends reference.Heads {
  P: number;
  positions: readonly number[];
}

const HALF = { atol: 3e-3, why: 'queries, keys and values of 11 bits' };

/** Odd widths are for rows alone: each takes seconds to compile on a software adapter. */
const takes = (variant: AttentionVariant, D: number): boolean =>
  variant === 'tiles' ? D % 8 === 0 && D <= MOST_TILED : D <= MOST_WHOLE;

/** Every variant that an adapter may take for these heads, on the same numbers. */
function recordPacked(bench: Bench, { lengths, half, ...heads }: Shape): Check[] {
  const { r, put, poisoned } = bench;
  const { H, K, D } = heads;
  const offsets = [0];
  for (const n of lengths) offsets.push(offsets[offsets.length - 1] + n);
  const N = offsets[lengths.length];
  const width = (H + 2 * K) * D;
  const [q, k, qkv, dOut] = [wave(N * H * D, 1), wave(N * K * D, 2), wave(N * width, 3), wave(N * H * D, 4)];
  const inputs = { q: put(q), k: put(k), qkv: put(qkv), dOut: put(dOut) };
  const { out, lse } = reference.attention({ q, k, qkv, offsets }, heads);
  const dQkv = reference.attentionBackward({ q, k, qkv, offsets, dOut }, heads);
  const why = `f32 softmax over at most ${Math.max(...lengths)} keys`;
  const forward = { atol: 1e-5, rtol: 1e-5, why };
  const backward = { atol: 5e-5, rtol: 1e-4, why: `${why}, and their sums over as many queries and a group's heads` };
  return ATTENTION_VARIANTS.filter((variant) => takes(variant, D)).flatMap((variant) => {
    const table = attentionBlocks(offsets, attentionBlock(r.gpu, D, variant));
    const outputs = { out: poisoned(N * H * D), lse: poisoned(N * H), dQkv: poisoned(N * width) };
    const t = { ...inputs, ...outputs, blocks: put(table, 'u32'), delta: poisoned(N * H) };
    const shape = { ...heads, N, blocks: table.length / 4 };
    attentionForward(r, t, shape, variant);
    attentionBackward(r, t, shape, variant);
    const rounded = half && variant === 'tiles' && r.gpu.has.f16 ? poisoned(N * H * D) : null;
    if (rounded) {
      r.allowsHalf = true;
      attentionForward(r, { ...t, out: rounded, lse: poisoned(N * H) }, shape, variant);
      r.allowsHalf = false;
    }
    return [
      ...(rounded ? [{ name: 'tiles out, f16', got: rounded, want: out, tolerance: HALF }] : []),
      { name: `${variant} out`, got: t.out, want: out, tolerance: forward },
      { name: `${variant} lse`, got: t.lse, want: lse, tolerance: forward },
      { name: `${variant} dQkv`, got: t.dQkv, want: dQkv, tolerance: backward },
    ];
  });
}

function recordDecode({ r, put, poisoned }: Bench, { positions, ...heads }: DecodeShape): Check[] {
  const { H, K, D, P } = heads;
  const [B, R] = [positions.length, positions.length + 1];
  const rows = positions.map((_, b) => B - b); // in another order than the slots; row 0 is nobody's
  const [q, cacheK, cacheV] = [wave(B * H * D, 5), wave(R * P * K * D, 6), wave(R * P * K * D, 7)];
  const shape = { ...heads, B, longest: Math.max(...positions) + 1 };
  const inputs = {
    q: put(q),
    cacheK: put(cacheK),
    cacheV: put(cacheV),
    rows: put(rows, 'u32'),
    positions: put(positions, 'u32'),
  };
  const want = reference.attentionDecode({ q, cacheK, cacheV, rows, positions }, heads);
  const tolerance = { atol: 1e-5, rtol: 1e-5, why: `f32 softmax over at most ${P} keys` };
  const form = (name: string, record: (t: DecodeTensors) => void): Check => {
    const { partial, stats } = decodeScratch({ R, H, D });
    const t = { ...inputs, out: poisoned(B * H * D), partial: poisoned(partial), stats: poisoned(stats) };
    record(t);
    return { name, got: t.out, want, tolerance };
  };
  return [
    ...(D <= MOST_WHOLE ? [form('out', (t) => attentionDecodeWhole(r, t, shape))] : []),
    ...[1, 2, 5].map((parts) => form(`out of ${parts} parts`, (t) => attentionDecodeSplit(r, t, shape, parts))),
  ];
}

const HEADS = [
  { H: 1, K: 1, D: 4 },
  { H: 4, K: 2, D: 16 },
  { H: 3, K: 1, D: 12 },
  { H: 2, K: 2, D: 64 },
];
const LENGTHS = [[1], [1, 1, 1], [7], [8], [9, 1, 33], [64, 65, 3]];
/** Heads that are wider than a row's thread holds, alone and in groups of two and eight. */
const WIDE = [80, 128, 256].flatMap((D) => [
  { H: 1, K: 1, D, lengths: [5, 67] },
  { H: 4, K: 2, D, lengths: [33, 1, 40], window: 9, half: D === 128 },
  { H: 8, K: 1, D, lengths: [3, 37] },
]);
const WINDOWS = [1, 2, 8, 9, 40];

export const ATTENTION = together('attention', [
  operation<Shape>('attention', {
    small: [
      { H: 2, K: 1, D: 8, lengths: [1, 11] },
      { H: 2, K: 1, D: 8, lengths: [2, 11], window: 3 },
    ],
    large: [
      ...HEADS.flatMap((heads) => LENGTHS.map((lengths) => ({ ...heads, lengths }))),
      ...WINDOWS.map((window) => ({ ...HEADS[1], lengths: [9, 1, 33, 70], window })),
      { H: 8, K: 1, D: 16, lengths: [5, 71] },
      { H: 8, K: 1, D: 64, lengths: [1, 37], window: 20 },
      ...WIDE,
    ],
    record: recordPacked,
  }),
  operation<DecodeShape>('attention, decoding', {
    small: [
      { H: 2, K: 1, D: 8, P: 12, positions: [0, 10] },
      { H: 2, K: 1, D: 8, P: 12, positions: [1, 10], window: 3 },
    ],
    large: [
      ...HEADS.map((heads) => ({ ...heads, P: 40, positions: [36, 0, 39] })),
      { H: 2, K: 1, D: 128, P: 200, positions: [199, 64, 130] },
      { H: 1, K: 1, D: 256, P: 70, positions: [69] },
      ...WINDOWS.map((window) => ({ ...HEADS[1], P: 70, positions: [69, 3, 0], window })),
    ],
    record: recordDecode,
  }),
]);

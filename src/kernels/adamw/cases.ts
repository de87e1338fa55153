import { type Bench, type Check, EXACT, operation, wave } from '../self-test/case';
import { adamw, globalNorm, NORM_SLICES } from './adamw';
import * as reference from './reference';

/** Parameters in chunks of these sizes, all clipped by one norm; `bad` stands among the first step's gradients. */
interface Shape {
  chunks: readonly number[];
  steps: number;
  bad?: 'NaN' | 'Infinity';
  /** First element and end, in the last chunk, of what does not decay. */
  spared?: readonly (readonly [number, number])[];
}

const OPTIONS = { lr: 0.01, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0.1 };
const MAX_NORM = 1;

function record({ r, put, poisoned }: Bench, { chunks, steps, bad, spared = [] }: Shape): Check[] {
  const pairs = put([7, 7, ...spared.flat()], 'u32'); // behind another chunk's
  const decays = (i: number) => !spared.some(([first, end]) => i >= first && i < end);
  const host = chunks.map((n, c) => ({ x: wave(n, 12 + c), m: new Float64Array(n), v: new Float64Array(n) }));
  const device = host.map(({ x, m, v }) => ({ x: put(x), m: put(m), v: put(v) }));
  const [result, partial] = [poisoned(4), poisoned(NORM_SLICES * chunks.length)];
  let norm = 0;
  for (let t = 1; t <= steps; t++) {
    const gradients = chunks.map((n, c) => wave(n, 20 + t + 10 * c));
    if (bad) gradients[chunks.length - 1][0] = Number(bad);
    const g = gradients.map((values) => put(values));
    globalNorm(r, { g, partial, result }, { maxNorm: MAX_NORM });
    const { norm: length, clip } = reference.globalNorm(gradients, MAX_NORM);
    norm = length;
    chunks.forEach((n, c) => {
      const isLast = c === chunks.length - 1;
      const own = isLast ? { pairs, first: 1, count: spared.length } : undefined;
      adamw(r, { g: g[c], norm: result, ...device[c] }, { ...OPTIONS, n, t, spared: own });
      if (!bad) reference.adamw({ g: gradients[c], ...host[c] }, clip, { ...OPTIONS, t }, isLast ? decays : undefined);
    });
  }
  const why = bad ? 'nothing may change' : `${steps} updates in f32, each of at most lr`;
  const tolerance = bad ? { why } : { atol: 1e-5 * OPTIONS.lr * 40 * steps, rtol: 1e-5, why };
  const total = chunks.reduce((a, b) => a + b, 0);
  return [
    { name: 'finite', got: result, column: { at: 2, of: 3 }, want: [bad ? 0 : 1], tolerance: EXACT },
    ...(bad
      ? []
      : [{ name: 'norm', got: result, want: [norm], tolerance: { rtol: 1e-5, why: `f32 sum of ${total} squares` } }]),
    ...chunks.map((_, c) => ({ name: `x of chunk ${c}`, got: device[c].x, want: host[c].x, tolerance })),
  ];
}

export const ADAMW = operation<Shape>('adamw', {
  small: [
    {
      chunks: [5, 9],
      steps: 2,
      spared: [
        [0, 2],
        [4, 5],
        [8, 9],
      ],
    },
    { chunks: [9], steps: 1, bad: 'NaN' },
  ],
  large: [
    { chunks: [1], steps: 1 },
    {
      chunks: [5001],
      steps: 5,
      spared: [
        [64, 1000],
        [4999, 5001],
      ],
    },
    { chunks: [1023, 1025, 64], steps: 2 },
    { chunks: [300_000], steps: 1 },
    { chunks: [100, 5001], steps: 1, bad: 'NaN' },
    { chunks: [5001, 100], steps: 1, bad: 'Infinity' },
  ],
  record,
});

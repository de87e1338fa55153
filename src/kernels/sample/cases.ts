import { type Bench, type Check, EXACT, operation, wave } from '../self-test/case';
import * as reference from './reference';
import { sample } from './sample';

/** B rows over V columns; the logits are waves of this height, padded to `stride` columns. */
interface Shape {
  B: number;
  V: number;
  height: number;
  temperature: number;
  topK: number;
  topP: number;
  padding?: number;
}

const DRAW = { seedLo: 5, seedHi: 7, stream: 3 };
const MAX_NEW = 3;

/** Two tokens end a row, one of them slot 0's likeliest. The state's last row is nobody's, the one before is done already. */
function record({ r, put }: Bench, { B, V, height, padding = 0, ...choice }: Shape): Check[] {
  const stride = V + padding;
  const z = wave(B * stride, 17).map((v, i) => (i % stride < V ? Math.fround(height * v) : 1e9));
  const row = (b: number) => z.subarray(b * stride, b * stride + V);
  const rows = Array.from({ length: B }, (_, b) => B - 1 - b); // slots in another order than rows
  const R = B + 1;
  const ends = [V + 1, reference.kept(row(0), { ...choice, temperature: 0 }).indexOf(1)];
  const state = Array.from({ length: R }, (_, i) => [0, i + 4, i % MAX_NEW, B > 1 && i === B - 2 ? 1 : 0]).flat();
  const out = new Uint32Array(R * MAX_NEW).fill(77_777);
  const [after, tokens] = [[...state], [...out]];
  rows.forEach((own, b) => {
    const [, position, generated, done] = state.slice(4 * own, 4 * own + 4);
    if (done) return;
    const token = reference.sample(row(b), { row: own, generated }, { ...choice, ...DRAW });
    tokens[own * MAX_NEW + generated] = token;
    const ended = ends.includes(token) || generated + 1 === MAX_NEW;
    after.splice(4 * own, 4, token, position + 1, generated + 1, ended ? 1 : 0);
  });
  const t = {
    logits: put(z),
    rows: put(rows, 'u32'),
    state: put(state, 'u32'),
    out: put(out, 'u32'),
    ends: put([...ends, 0], 'u32'), // what stands behind the first nEnds does not count
  };
  sample(r, t, { B, V, stride, maxNew: MAX_NEW, nEnds: ends.length, ...choice, ...DRAW });
  const tolerance = { ...EXACT, why: 'a token is the right one or another' };
  return [
    { name: 'tokens', got: t.out, want: tokens, tolerance, kind: 'u32' },
    { name: 'state', got: t.state, want: after, tolerance, kind: 'u32' },
  ];
}

export const SAMPLE = operation<Shape>('sample', {
  small: [
    { B: 3, V: 11, height: 2, temperature: 0, topK: 0, topP: 1 },
    { B: 5, V: 11, height: 2, temperature: 0.8, topK: 5, topP: 0.7, padding: 5 },
    { B: 9, V: 5003, height: 4, temperature: 1, topK: 300, topP: 0.8, padding: 1 },
  ],
  large: [
    { B: 1, V: 1, height: 1, temperature: 1, topK: 0, topP: 1 },
    { B: 64, V: 3, height: 2, temperature: 1, topK: 0, topP: 1 },
    { B: 64, V: 77, height: 3, temperature: 1, topK: 3, topP: 1, padding: 3 },
    { B: 65, V: 1000, height: 4, temperature: 1.3, topK: 0, topP: 0.5 },
    { B: 63, V: 1000, height: 4, temperature: 0.5, topK: 40, topP: 0.9, padding: 24 },
  ],
  record,
});

import { type Bench, type Check, operation, wave } from '../self-test/case';
import { dropout } from './dropout';
import * as reference from './reference';

const MASK = { seed: 5, stream: 3, site: 2 };
const tolerance = { atol: 1e-6, rtol: 1e-6, why: 'an f32 division and an addition' };

function record(
  { r, put, poisoned }: Bench,
  { n, rate, add = false }: { n: number; rate: number; add?: boolean },
): Check[] {
  const [x, before] = [wave(n, 1), wave(n, 2)];
  const y = add ? put(before) : poisoned(n);
  dropout(r, { x: put(x), y }, { ...MASK, rate, n, add });
  const dropped = reference.dropout(x, { ...MASK, rate });
  return [{ name: 'y', got: y, want: add ? dropped.map((v, i) => v + before[i]) : dropped, tolerance }];
}

export const DROPOUT = operation('dropout', {
  small: [
    { n: 23, rate: 0.25 },
    { n: 23, rate: 0.25, add: true },
  ],
  large: [
    { n: 1, rate: 0.5 },
    { n: 255, rate: 0.1, add: true },
    { n: 257, rate: 0.9 },
    { n: 300, rate: 0 },
    { n: 5000, rate: 0.1 },
  ],
  record,
});

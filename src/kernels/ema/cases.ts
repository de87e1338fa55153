import { operation, wave } from '../self-test/case';
import { ema } from './ema';
import * as reference from './reference';

export const EMA = operation<{ n: number; rate: number }>('ema', {
  small: [{ n: 37, rate: 0.05 }],
  large: [
    { n: 1, rate: 1 },
    { n: 5001, rate: 0.3 },
  ],
  record({ r, put }, { n, rate }) {
    const [x, y] = [wave(n, 1), wave(n, 2)];
    const got = put(y);
    ema(r, { x: put(x), y: got }, { n, rate });
    const tolerance = { atol: 3e-7, why: 'two products and a sum in f32' };
    return [{ name: 'y', got, want: reference.ema(x, y, rate), tolerance }];
  },
});

/** What the self-test's cases work with. */
import type { Recorder } from '../../gpu/recorder';
import type { Arena, Tensor } from '../../gpu/tensor';

/** What a case gets to work with: tensors from host data, and reading back. */
export interface Bench {
  r: Recorder;
  put(data: ArrayLike<number>, kind?: 'f32' | 'u32'): Tensor;
  zeros(n: number): Tensor;
  /** Largest difference between a tensor and the reference; infinite where one is NaN. */
  error(t: Tensor, want: ArrayLike<number>): Promise<number>;
}

/** Gives the worst error of one operation. */
export type Case = (b: Bench) => Promise<number>;

/** Numbers in [-1, 1] that look random and are the same everywhere. */
export const wave = (n: number, seed: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => Math.fround(Math.sin(12.9898 * (i + 1) + 78.233 * seed)));

/** Tensors from `arena`; they live until it is destroyed. */
export function makeBench(arena: Arena, r: Recorder): Bench {
  let id = 0;
  const zeros = (n: number) => arena.tensor({ label: `self-test.${id++}`, shape: [n], purpose: 'scratch' });
  return {
    r,
    zeros,
    put(data, kind = 'f32') {
      const t = zeros(data.length);
      r.write(t, kind === 'f32' ? Float32Array.from(data) : Uint32Array.from(data));
      return t;
    },
    async error(t, want) {
      const read = r.readF32(t, want.length);
      r.submit();
      const got = await read;
      let worst = 0;
      for (let i = 0; i < want.length; i++) {
        const difference = Math.abs(got[i] - want[i]);
        if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY; // no later difference may hide it
        worst = Math.max(worst, difference);
      }
      return worst;
    },
  };
}

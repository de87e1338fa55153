/** Weights drawn on the device, in any format: what the benchmark's large models are made of. */
import { defineKernel } from '../../gpu/kernel';
import { Recorder, rows } from '../../gpu/recorder';
import type { WeightFormat } from '../../kernels/weight-format/weight-format';
import type { FillOnDevice } from '../../model/net/parameters';
import source from './random-weights.wgsl?raw';

const randomWeights = defineKernel('random-weights', source);

/** The kernel's KIND for a format's values and, where it has them, its scales. */
const KINDS: Record<WeightFormat, { data: number; scales: number }> = {
  f32: { data: 0, scales: 0 },
  bf16: { data: 1, scales: 0 },
  f16: { data: 2, scales: 0 },
  q8: { data: 3, scales: 4 },
  q4: { data: 3, scales: 5 },
};

/** Fills every matrix and vector with numbers below 2⁻⁵ in size, the same every time. */
export const drawOnDevice: FillOnDevice = async (gpu, matrices) => {
  const r = new Recorder(gpu);
  let seed = 0;
  for (const [, { pieces }] of matrices)
    for (const { format, data, scales } of pieces) {
      for (const [y, KIND] of [
        [data, KINDS[format].data],
        [scales, KINDS[format].scales],
      ] as const) {
        if (!y) continue;
        const n = y.bytes / 4;
        r.dispatch(randomWeights, { y }, { n, seed: ++seed }, rows(Math.ceil(n / 64)), { KIND });
      }
    }
  await r.finish();
  r.destroy();
};

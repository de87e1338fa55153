/** Decoding with a KV cache in every weight format: at batch 1 as a share of the copy bandwidth, else tokens a second. */
import { WEIGHT_FORMATS } from '../../kernels/weight-format/weight-format';
import type { Capacity } from '../../model/net/activations';
import { generate } from '../../model/net/generate';
import { Policy } from '../../model/net/policy';
import { fastest, type Group } from './group';
import { drawWeights, smolShape } from './models';
import { megabytes } from './row';

/** Rows decoded at once, and tokens that a measurement takes. */
const BATCHES = [
  { batch: 1, tokens: 24 },
  { batch: 8, tokens: 8 },
  { batch: 32, tokens: 4 },
] as const;
const ROWS = 32;
const POSITIONS = 64;

export const decoding: Group = async ({ gpu, quick, copy, deviceMs, add }) => {
  const config = smolShape(quick ? 1 : 8);
  const drawn = drawWeights(config);
  for (const format of WEIGHT_FORMATS) {
    const capacity: Capacity = {
      tokens: ROWS,
      targets: ROWS,
      positions: POSITIONS,
      rows: ROWS,
      maxNewTokens: POSITIONS - 4,
      training: false,
      recompute: false,
      format,
    };
    const policy = await Policy.create(gpu, config, capacity, drawn);
    // Every token reads all weights: the embedding is the head, too.
    const bytes = policy.decoder.memory.bytes.weights;
    for (const { batch, tokens } of BATCHES) {
      const options = { temperature: 1, topK: 0, topP: 1, endIds: [], seed: 0, stream: 0 };
      const run = (maxNewTokens: number) => () =>
        generate(policy.decoder, [{ ids: [1, 2, 3, 4], count: batch }], { ...options, maxNewTokens });
      // The first token belongs to the prompt's pass, which is not decoding.
      const [all, prompt] = [await fastest(run(tokens + 1), 2), await fastest(run(1), 2)];
      const ms = (all.ms - prompt.ms) / tokens;
      const cpuMs = (all.cpuMs - prompt.cpuMs) / tokens;
      const bandwidth = bytes / deviceMs({ ms, cpuMs }) / 1e6;
      add({
        group: 'decode',
        name: `${format}, batch ${batch}`,
        ms,
        cpuMs,
        ...(batch === 1 ? { bandwidth, share: bandwidth / copy } : {}),
        note: `${((1000 * batch) / ms).toFixed(1)} tokens/s${batch === 1 ? `, ${megabytes(bytes)} of weights read a token` : ''}`,
      });
    }
    policy.destroy();
  }
};

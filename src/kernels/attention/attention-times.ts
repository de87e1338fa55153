/** Attention's variants timed on one sequence, for the tuner. */
import type { Recorder } from '../../gpu/recorder';
import { Arena } from '../../gpu/tensor';
import { attentionBackward, attentionBlocks, attentionForward } from './attention';
import { type AttentionVariant, attentionBlock } from './attention-variant';

/** Tokens, and key heads at most: enough to tell the variants apart. */
const [TOKENS, KEY_HEADS] = [512, 4];

/** Milliseconds of forward and backward together by variant, the best of three after one that compiles. */
export async function attentionTimes(
  r: Recorder,
  { share, D }: { share: number; D: number },
  variants: readonly AttentionVariant[],
): Promise<Partial<Record<AttentionVariant, number>>> {
  const arena = new Arena(r.gpu);
  try {
    const [N, K] = [TOKENS, KEY_HEADS];
    const H = share * K;
    const t = (n: number) => arena.tensor({ label: 'tuner.attention', shape: [n], purpose: 'scratch' });
    const b = {
      ...{ q: t(N * H * D), k: t(N * K * D), qkv: t(N * (H + 2 * K) * D), blocks: t(N), out: t(N * H * D) },
      ...{ lse: t(N * H), dOut: t(N * H * D), delta: t(N * H), dQkv: t(N * (H + 2 * K) * D) },
    };
    const times: Partial<Record<AttentionVariant, number>> = {};
    for (const variant of variants) {
      const table = attentionBlocks([0, N], attentionBlock(r.gpu, D, variant));
      r.write(b.blocks, table);
      const shape = { N, H, K, D, blocks: table.length / 4 };
      let best = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 4; i++) {
        const started = performance.now();
        attentionForward(r, b, shape, variant);
        attentionBackward(r, b, shape, variant);
        await r.finish();
        if (i > 0) best = Math.min(best, performance.now() - started);
      }
      times[variant] = best;
    }
    return times;
  } finally {
    arena.destroy();
  }
}

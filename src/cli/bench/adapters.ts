/** A training step of a LoRA adapter beside one of all parameters, on the same model and batch. */
import type { Capacity } from '../../model/net/activations';
import { ALL_TARGETS } from '../../model/net/lora';
import { Policy } from '../../model/net/policy';
import { fastest, type Group, type Timed } from './group';
import { drawSequences, drawWeights, smolShape } from './models';
import { megabytes } from './row';
import { trainingStep } from './training';

const [SEQUENCES, LENGTH, RANK] = [2, 64, 16];

export const adapters: Group = async ({ gpu, quick, deviceMs, add }) => {
  const config = smolShape(quick ? 1 : 4);
  const drawn = drawWeights(config);
  const tokens = SEQUENCES * LENGTH;
  let full: (Timed & { bytes: number }) | null = null;
  for (const format of [null, 'f32', 'bf16', 'q8', 'q4'] as const) {
    const lora = format && { rank: RANK, alpha: 32, dropout: 0, targets: ALL_TARGETS, rankStabilised: false };
    const sizes = { tokens, targets: tokens, positions: LENGTH, rows: 1, maxNewTokens: 1 };
    const capacity: Capacity = { ...sizes, training: true, recompute: false, lora, format: format ?? 'f32' };
    const before = gpu.liveBytes;
    const policy = await Policy.create(gpu, config, capacity, drawn);
    const bytes = gpu.liveBytes - before;
    const batch = policy.plan(drawSequences(SEQUENCES, LENGTH, config.vocabSize));
    const { ms, cpuMs } = await fastest(() => trainingStep(policy, batch), 2);
    policy.destroy();
    full ??= { ms, cpuMs, bytes };
    const time = deviceMs({ ms, cpuMs }) / deviceMs(full);
    const ratio = `${time.toFixed(2)} of the time, ${(bytes / full.bytes).toFixed(2)} of the memory`;
    add({
      group: 'lora',
      name: format ? `rank ${RANK} on ${format}, ${tokens} tokens` : `all parameters, ${tokens} tokens`,
      ms,
      cpuMs,
      note: `${megabytes(bytes)}${format ? `; ${ratio} of all parameters` : ''}`,
    });
  }
};

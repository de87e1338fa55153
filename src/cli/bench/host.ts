/**
 * The host's own time: the same work on Dawn's null backend, which takes every command and computes nothing. What is left
 * is JavaScript, the bindings and Dawn's validation, on one thread.
 */
import type { Capacity } from '../../model/net/activations';
import type { ModelConfig } from '../../model/net/config';
import { generate } from '../../model/net/generate';
import { Policy } from '../../model/net/policy';
import { type Bench, fastest, type Group } from './group';
import { drawSequences, plainShape, qwen3Shape } from './models';
import { drawOnDevice } from './random-weights';
import { trainingStep } from './training';

const REPEATS = 20;
/** Steps: JavaScript is compiled by then, as it is in a run's thousands. */
const STEPS = 120;
/** Tokens of a response, and of one that shows what its prompt and its recording cost. */
const [TOKENS, FEW] = [64, 16];

export const host: Group = async (b) => {
  const nano = plainShape(96, 3, 3, 256, 126);
  await step(b, 'nano, training step, 32 × 64 tokens', nano, { sequences: 32, length: 64 });
  await tokens(b, 'nano, a token of 32 rows', nano, 32);
  // The number of dispatches is that of Qwen3-0.6B; the widths are small, since nothing is computed.
  await tokens(b, '28 layers, a token of one row', qwen3Shape(128, 28, 16, 256), 1);
};

async function step(b: Bench, name: string, config: ModelConfig, batch: { sequences: number; length: number }) {
  const count = batch.sequences * batch.length;
  const capacity: Capacity = {
    ...{ tokens: count, targets: count, positions: batch.length, rows: 1, maxNewTokens: 1 },
    ...{ training: true, recompute: false },
  };
  const policy = await Policy.create(b.gpu, config, capacity, drawOnDevice);
  const planned = policy.plan(drawSequences(batch.sequences, batch.length, config.vocabSize));
  const { recorder } = policy.decoder;
  const time = await fastest(() => trainingStep(policy, planned), STEPS);
  recorder.resetCounters();
  await trainingStep(policy, planned);
  b.add({ group: 'host', name, ...time, note: `${recorder.dispatches} dispatches, ${recorder.submits} submits` });
  policy.destroy();
}

async function tokens(b: Bench, name: string, config: ModelConfig, rows: number) {
  const positions = TOKENS + 8;
  const capacity: Capacity = {
    ...{ tokens: rows * 4, targets: rows, positions, rows, maxNewTokens: TOKENS, format: 'bf16' },
    ...{ training: false, recompute: false },
  };
  const policy = await Policy.create(b.gpu, config, capacity, drawOnDevice);
  const { recorder } = policy.decoder;
  const run = (maxNewTokens: number) => {
    const options = { temperature: 1, topK: 0, topP: 1, maxNewTokens, endIds: [], seed: 0, stream: 0 };
    return generate(policy.decoder, [{ ids: [1, 2, 3, 4], count: rows }], options);
  };
  const few = await fastest(() => run(FEW), REPEATS);
  const { ms, cpuMs } = await fastest(() => run(TOKENS), REPEATS);
  const further = (cpuMs - few.cpuMs) / (TOKENS - FEW);
  recorder.resetCounters();
  await run(TOKENS);
  b.add({
    group: 'host',
    name,
    ms: ms / TOKENS,
    cpuMs: cpuMs / TOKENS,
    note: `with its share of a prompt of 4 and of recording; ${further.toFixed(2)} ms of processor each further one, ${Math.round(recorder.dispatches / TOKENS)} dispatches, ${recorder.submits} submits for ${TOKENS}`,
  });
  policy.destroy();
}

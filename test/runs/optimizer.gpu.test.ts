/** The optimiser's file by its documented names (docs/checkpoints.md): with it alone the update that was made is made again. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { diskFiles } from '../../src/host/files.node';
import { readSafetensors } from '../../src/model/weights/safetensors';
import { close } from '../setup/close';
import { testDevice } from '../setup/gpu';
import { openRun } from '../setup/session';

const device = testDevice();

it.each([
  ['model.safetensors', {}],
  ['adapter_model.safetensors', { loraRank: 2 }],
])('the moments of %s make the next weights of the last ones', async (file, settings) => {
  const folder = await mkdtemp(join(tmpdir(), 'antisd-optimizer-'));
  const config = { arm: 'grpo', beta1: 0.8, beta2: 0.9, weightDecay: 0.5, learningRate: 1e-3, checkpointEvery: 1 };
  const { run } = await openRun(device.gpu, { ...config, ...settings, minDepth: 2 }, diskFiles(folder));
  for (let i = 0; i < 2; i++) await run.next();
  run.destroy();
  const read = async (step: number, name: string) => {
    const path = join(folder, `checkpoints/step-00000${step}`, name);
    return readSafetensors(await readFile(path), path).tensors;
  };
  const [before, after, moments] = [await read(1, file), await read(2, file), await read(2, 'optimizer.safetensors')];
  const { updates: t } = JSON.parse(await readFile(join(folder, 'checkpoints/step-000002/state.json'), 'utf8'));
  await rm(folder, { recursive: true });
  const names = [...after.keys()];
  expect(t).toBe(2);
  expect([...moments.keys()]).toEqual(['first_moment', 'second_moment'].flatMap((m) => names.map((n) => `${m}.${n}`)));
  let moved = 0;
  for (const name of names) {
    const [x, want] = [before.get(name), after.get(name)];
    const [m, v] = [moments.get(`first_moment.${name}`), moments.get(`second_moment.${name}`)];
    expect([m?.shape, v?.shape]).toEqual([want?.shape, want?.shape]);
    const decay = name.includes('norm') ? 0 : config.weightDecay;
    const lr = config.learningRate;
    const made = Array.from(x?.data ?? [], (value, i) => {
      const [first, second] = [(m?.data[i] ?? 0) / (1 - 0.8 ** t), (v?.data[i] ?? 0) / (1 - 0.9 ** t)];
      return value * (1 - lr * decay) - (lr * first) / (Math.sqrt(second) + 1e-8);
    });
    moved += made.filter((value, i) => value !== x?.data[i]).length;
    close(made, want?.data ?? [], { atol: 2e-8, rtol: 2e-7, why: 'the update in f32' }, name);
  }
  expect(moved).toBeGreaterThan(1000);
});

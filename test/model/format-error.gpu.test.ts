/** The error of weight formats: none where nothing is lost, and more where there are fewer bits. */
import { expect, it } from 'vitest';
import { openModelFolder } from '../../src/model/weights/folder';
import { formatErrors } from '../../src/model/weights/format-error';
import { diskFolder, fixturePath } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';

const device = testDevice();

it('grows from f32 over bf16 and q8 to q4, and gives all memory back', async () => {
  const { gpu } = device;
  const model = await openModelFolder(diskFolder(fixturePath('llama-linear')));
  const before = gpu.liveBytes;
  const seen: string[] = [];
  const formats = ['f32', 'bf16', 'q8', 'q4'] as const;
  const onFormat = (storage: string) => void seen.push(storage);
  const { tokens, rows } = await formatErrors(gpu, model, { rollouts: 2, length: 20, formats, onFormat });
  expect(tokens).toBe(2 * 19);
  expect(seen).toEqual(['f32', ...formats]);
  expect(rows.map(({ format }) => format)).toEqual(formats);
  const [f32, bf16, q8, q4] = rows;
  expect([f32.largest, f32.rootMeanSquare, f32.bias, f32.entropy.largest]).toEqual([0, 0, 0, 0]);
  expect(bf16.rootMeanSquare).toBeGreaterThan(0);
  expect(q4.rootMeanSquare).toBeGreaterThan(Math.max(bf16.rootMeanSquare, q8.rootMeanSquare));
  for (const row of rows) expect(row.largest).toBeGreaterThanOrEqual(row.rootMeanSquare);
  expect(q4.bytes).toBeLessThan(q8.bytes);
  expect(q8.bytes).toBeLessThan(bf16.bytes);
  expect(gpu.liveBytes).toBe(before);
});

it('compares on given texts', async () => {
  const model = await openModelFolder(diskFolder(fixturePath('qwen3-untied')));
  const sequences = [
    { ids: [1, 2, 3, 4], from: 1 },
    { ids: [5, 6, 7, 8, 9, 10], from: 3 },
  ];
  const { tokens, rows } = await formatErrors(device.gpu, model, { sequences, formats: ['bf16'] });
  expect(tokens).toBe(3 + 3);
  expect(rows[0].largest).toBeGreaterThan(0);
  expect(rows[0].largest).toBeLessThan(0.5);
});

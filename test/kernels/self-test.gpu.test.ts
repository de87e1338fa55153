import { afterEach, expect, it, vi } from 'vitest';
import { matmulVariant, setMatmulVariant } from '../../src/kernels/matmul/matmul';
import { selfTestKernels } from '../../src/kernels/self-test/self-test';
import { testDevice } from '../setup/gpu';

const device = testDevice();
const own = () => (device.gpu.adapter.software ? 'broadcast' : 'tiles-64');
afterEach(() => {
  vi.restoreAllMocks();
  setMatmulVariant(device.gpu, own());
});

it('finds every kernel right on this adapter, tells how far it is, and leaves nothing behind', async () => {
  const before = device.gpu.liveBuffers;
  const steps: [number, number, string][] = [];
  const result = await selfTestKernels(device.gpu, (...step) => steps.push(step));
  expect(result.failed).toEqual([]);
  expect(result.passed).toBeGreaterThanOrEqual(70);
  expect(matmulVariant(device.gpu)).toBe(own());
  expect(device.gpu.liveBuffers).toBe(before);
  // pipelines first, then the cases; each counts once
  const total = steps.length;
  expect(total).toBeGreaterThan(result.passed + 50);
  expect(steps.map(([done, of]) => [done, of])).toEqual(steps.map((_, i) => [i + 1, total]));
  const names = steps.map(([, , name]) => name);
  expect(names.slice(0, total - result.passed)).toContain('attention-decode-d8');
  expect(names.slice(total - result.passed)).toContain('swiglu N 3 F 7');
});

it('reports a kernel that comes out wrong, and takes the plain matmul where the variant in force is', async () => {
  const { gpu } = device;
  const pipeline = gpu.pipeline.bind(gpu);
  // a driver that compiles swiglu and one product to something else
  vi.spyOn(gpu, 'pipeline').mockImplementation((kernel, constants) => {
    if (kernel.name === 'swiglu-forward') return pipeline({ ...kernel, name: 'nothing', code: empty(kernel.code) });
    if (kernel.name.startsWith('matmul-broadcast-nn'))
      return pipeline({ ...kernel, name: `nothing-${kernel.name}`, code: empty(kernel.code) }, constants);
    return pipeline(kernel, constants);
  });
  setMatmulVariant(gpu, 'broadcast');
  const { failed } = await selfTestKernels(gpu);
  expect(failed.filter((f) => f.startsWith('swiglu N 3 F 7, y: 21 of 21 differ'))).toHaveLength(1);
  expect(failed.every((f) => /^swiglu|^broadcast .*NN.*replaced by the plain variant$|^broadcast .*TN/.test(f))).toBe(
    true,
  );
  expect(failed.length).toBeGreaterThan(4);
  expect(matmulVariant(gpu)).toBe('plain');
});

it('reports a kernel that the driver does not compile, and goes on', async () => {
  const { gpu } = device;
  const prepare = gpu.prepare.bind(gpu);
  vi.spyOn(gpu, 'prepare').mockImplementation(async (wanted) => {
    if (wanted[0].kernel.name === 'rope-forward') throw new Error('out of registers');
    await prepare(wanted);
  });
  const { failed, passed } = await selfTestKernels(gpu);
  expect(failed).toEqual([expect.stringMatching(/^rope .*, rope-forward does not compile: out of registers$/)]);
  expect(passed).toBeGreaterThan(70);
});

/** The same bindings and constants, and no work. */
function empty(code: string): string {
  const main = code.indexOf('fn main(');
  const body = code.indexOf('{', main);
  return `${code.slice(0, body)}{ if (p.N == 0xffffffffu) { ${code.slice(body + 1, code.indexOf('\n}', body))} } }${code.slice(code.indexOf('\n}', body) + 2)}`;
}

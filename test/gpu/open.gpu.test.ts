/** How Node waits for a device. */
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { testDevice } from '../setup/gpu';

const device = testDevice();

it.skipIf('Deno' in globalThis)(
  'on an adapter that is the processor Dawn asks by timers, so that kernels have the time; what others ask for stays immediate',
  async () => {
    // Dawn's own turns come while a read-back is waited for; all of them go through the global setImmediate.
    const turns = { timers: 0, immediates: 0 };
    const { setTimeout: timer, setImmediate: immediate } = globalThis;
    const counting = <T extends object>(of: T, name: keyof typeof turns): T =>
      new Proxy(of, {
        apply: (f, self, args) => {
          turns[name]++;
          return Reflect.apply(f as unknown as () => void, self, args);
        },
      });
    globalThis.setTimeout = counting(timer, 'timers');
    globalThis.setImmediate = counting(immediate, 'immediates');
    try {
      await device.read(device.put([1, 2, 3]), 3);
    } finally {
      Object.assign(globalThis, { setTimeout: timer, setImmediate: immediate });
    }
    expect(turns.immediates).toBeGreaterThan(0);
    if (device.gpu.adapter.software) expect(turns.timers).toBeGreaterThan(0);
    else expect(turns.timers).toBe(0);

    const own = setImmediate(() => {});
    expect(own.constructor.name).toBe('Immediate');
    clearImmediate(own);
    await promisify(setImmediate)();
  },
);

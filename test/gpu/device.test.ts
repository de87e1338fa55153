/** What a device's wrapper does with errors that come by themselves. */
import { expect, it, vi } from 'vitest';
import { type AdapterFacts, Gpu } from '../../src/gpu/device';

class GPUValidationError extends Error {}

it('keeps the first error to throw it; what follows from it, hosts need not print', () => {
  const device = { limits: {}, features: new Set(), lost: new Promise(() => {}) } as unknown as GPUDevice;
  const gpu = new Gpu(device, {} as AdapterFacts);
  const tell = (message: string) => {
    const preventDefault = vi.fn();
    const event = { error: new GPUValidationError(message), preventDefault };
    device.onuncapturederror?.(event as unknown as GPUUncapturedErrorEvent);
    return preventDefault.mock.calls.length;
  };
  expect([gpu.failed, tell('the buffer is too large')]).toEqual([false, 0]);
  expect([tell('the buffer is invalid'), tell('the commands are invalid')]).toEqual([1, 1]);
  expect(() => gpu.throwIfFailed()).toThrow(/too large/);
});

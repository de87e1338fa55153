/** Errors as faults: what a host tells a person, and what can still be done. */
import { DeviceLost, GpuValidationError, NotFinite, OutOfMemory, ShaderError, WrongKernel } from '../gpu/errors';
import { StorageError } from '../host/storage-error';
import type { Fault } from './events';

/** An error as a fault, with what can still be done. */
export function faultOf(error: unknown, lastGoodStep: number | null): Fault {
  const message = error instanceof Error ? error.message : String(error);
  const kind: Fault['kind'] =
    error instanceof DeviceLost
      ? 'device-lost'
      : error instanceof OutOfMemory
        ? 'out-of-memory'
        : error instanceof NotFinite
          ? 'nan'
          : [GpuValidationError, ShaderError, WrongKernel].some((one) => error instanceof one)
            ? 'validation'
            : error instanceof Error && error.name === 'BadInput'
              ? 'bad-input'
              : error instanceof StorageError
                ? 'storage'
                : 'internal';
  const good = error instanceof WrongKernel ? null : lastGoodStep;
  return { kind, message, lastGoodStep: good, resumable: good !== null && kind !== 'bad-input' };
}

/** What can go wrong on the device. Each message says what, with numbers, and the next step. */

/** A WGSL file that does not compile: `rms-norm-forward.wgsl:31:9`, the compiler's words, and that line. */
export class ShaderError extends Error {
  override readonly name = 'ShaderError';
}

/** A call that WebGPU's validation refused: a bug in this program, with the owner's label in the message. */
export class GpuValidationError extends Error {
  override readonly name = 'GpuValidationError';
}

/** A kernel that comes out wrong on this adapter, found by the self-test after a run had begun: no step of it is good. */
export class WrongKernel extends Error {
  override readonly name = 'WrongKernel';
}

/** The device is gone (driver reset, sleep, `GPUDevice.destroy`). State since the last checkpoint is lost; open a new device. */
export class DeviceLost extends Error {
  override readonly name = 'DeviceLost';
}

/** The device could not hold what was asked for. */
export class OutOfMemory extends Error {
  override readonly name = 'OutOfMemory';
}

/** No usable adapter: what is missing and how to get it. */
export class WebGpuUnavailable extends Error {
  override readonly name = 'WebGpuUnavailable';
}

/** A number that is not finite came out of the model: the step is dropped, the weights before it are kept. */
export class NotFinite extends Error {
  override readonly name = 'NotFinite';
}

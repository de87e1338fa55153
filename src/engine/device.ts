/** An engine's device: opened and checked once, for all its services; another one after the last was lost or failed. */
import type { Gpu } from '../gpu/device';
import type { DeviceReport } from '../kernels/device-report';
import type { SelfTestProgress } from '../kernels/self-test/self-test';
import type { LoadProgress } from '../library/sources/progress';
import type { Handlers } from './service';

export interface DeviceHost {
  openGpu(): Promise<Gpu>;
  /** Tunes and checks a new device. */
  prepare(gpu: Gpu, onProgress: SelfTestProgress): Promise<DeviceReport>;
}

export interface OpenDevice {
  readonly gpu: Gpu;
  readonly report: DeviceReport;
}

export class Device {
  private opening: Promise<OpenDevice> | null = null;
  private held: OpenDevice | null = null;

  /** @param onOpened hears of every device. */
  constructor(
    private readonly host: DeviceHost,
    private readonly onOpened: (report: DeviceReport) => void,
  ) {}

  readonly handlers: Handlers<'open' | 'lose-device'> = {
    open: async (_, { progress }) => void (await this.open(progress)),
    'lose-device': () => this.held?.gpu.destroy(),
  };

  /** Null before it was opened, and after it was lost. */
  get gpu(): Gpu | null {
    return this.held?.gpu ?? null;
  }

  /** Throws WebGpuUnavailable. */
  async open(onProgress: (progress: LoadProgress) => void = () => {}): Promise<OpenDevice> {
    if (this.held && !this.held.gpu.failed) return this.held;
    this.held?.gpu.destroy(); // with all that was left on it
    this.held = null;
    this.opening ??= this.make(onProgress).finally(() => {
      this.opening = null;
    });
    return this.opening;
  }

  /** The next who asks gets another one: this one has failed, or was given back. */
  forget(gpu: Gpu): void {
    if (this.held?.gpu === gpu) this.held = null;
  }

  private async make(onProgress: (progress: LoadProgress) => void): Promise<OpenDevice> {
    const gpu = await this.host.openGpu();
    void gpu.lost.then(() => this.forget(gpu));
    try {
      onProgress({ what: 'timing kernels', done: 0, total: null, download: null });
      const report = await this.host.prepare(gpu, (done, total) =>
        onProgress({ what: 'checking kernels', done, total, download: null }),
      );
      this.held = { gpu, report };
      this.onOpened(report);
      return this.held;
    } catch (error) {
      gpu.destroy();
      throw error;
    }
  }
}

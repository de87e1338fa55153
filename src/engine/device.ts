/** An engine's device: opened and checked once, for all its services; another one after the last was lost or failed. */
import type { Gpu } from '../gpu/device';
import type { DeviceReport, SelfTest } from '../kernels/device-report';
import type { SelfTestProgress } from '../kernels/self-test/self-test';
import type { LoadProgress } from '../library/sources/progress';
import type { Checking } from './protocol';
import type { Handlers } from './service';

export interface DeviceHost {
  openGpu(): Promise<Gpu>;
  /** Tunes a new device, and checks it or leaves that to `check`. */
  prepare(gpu: Gpu, onProgress: SelfTestProgress): Promise<DeviceReport>;
  /** Checks a device that `prepare` left unchecked, beside the first work on it. */
  check?(gpu: Gpu, onProgress: SelfTestProgress): Promise<DeviceReport>;
}

/** Who hears of devices. */
export interface DeviceListener {
  /** Every device, once when it is opened and then, where it is checked beside its first work, how far that is. */
  opened(report: DeviceReport, checking?: Checking): void;
  /** The kernels of a device that was in use meanwhile. Later runs do without what failed, where something can take its place. */
  checked(selfTest: SelfTest): void;
  /** The check did not come to its end. */
  unchecked(why: string): void;
}

export interface OpenDevice {
  readonly gpu: Gpu;
  readonly report: DeviceReport;
}

export class Device {
  private opening: Promise<OpenDevice> | null = null;
  private held: OpenDevice | null = null;

  constructor(
    private readonly host: DeviceHost,
    private readonly listener: DeviceListener,
  ) {}

  readonly handlers: Handlers<'open' | 'lose-device'> = {
    open: async (_, { progress }) => void (await this.open(progress)),
    'lose-device': () => this.held?.gpu.destroy(),
  };

  /** Null before it was opened, and after it was lost. */
  get gpu(): Gpu | null {
    return this.held?.gpu ?? null;
  }

  /** Null as long as it is not known. */
  get selfTest(): SelfTest | null {
    return this.held?.report.selfTest ?? null;
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
      this.listener.opened(report);
      if (!report.selfTest) void this.check(gpu, report);
      return this.held;
    } catch (error) {
      gpu.destroy();
      throw error;
    }
  }

  /** Never rejects. A device that is given back meanwhile needs no check any more. */
  private async check(gpu: Gpu, unchecked: DeviceReport): Promise<void> {
    const isHeld = () => this.held?.gpu === gpu;
    try {
      const report = await this.host.check?.(gpu, (done, total) => {
        if (isHeld()) this.listener.opened(unchecked, { done, total });
      });
      if (!report || !isHeld()) return;
      this.held = { gpu, report };
      this.listener.opened(report);
      if (report.selfTest) this.listener.checked(report.selfTest);
    } catch (error) {
      if (!isHeld()) return;
      this.listener.opened(unchecked); // no check goes on any more
      this.listener.unchecked(error instanceof Error ? error.message : String(error));
    }
  }
}

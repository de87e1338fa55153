/** `prepareOnce` in a browser's Worker: remembered in the origin's private file system, for this build. */
import type { Gpu } from '../gpu/device';
import { privateFiles } from '../host/files.browser';
import type { DeviceReport } from '../kernels/device-report';
import type { SelfTestProgress } from '../kernels/self-test/self-test';
import { prepareOnce } from './prepare-once';

export async function prepareInBrowser(gpu: Gpu, onProgress?: SelfTestProgress): Promise<DeviceReport> {
  const files = await privateFiles('cache').catch(() => null);
  // A development server's code changes under its name, so that there every visit checks.
  const build = import.meta.env.DEV ? String(Date.now()) : import.meta.env.LAB_BUILD;
  return prepareOnce(gpu, files, build, onProgress);
}

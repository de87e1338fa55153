/** A device in a browser's Worker: what is known of it lies in the origin's private file system, for this build. */
import { openBrowserGpu } from '../gpu/open.browser';
import { privateFiles } from '../host/files.browser';
import type { DeviceHost } from './device';
import { checkBeside, prepareAtOnce } from './prepare-once';

const place = async () => ({
  files: await privateFiles('cache').catch(() => null),
  // A development server's code changes under its name, so that there every visit checks.
  code: import.meta.env.DEV ? String(Date.now()) : import.meta.env.LAB_BUILD,
});

export const browserDevices: DeviceHost = {
  openGpu: openBrowserGpu,
  prepare: async (gpu, onProgress) => prepareAtOnce(gpu, await place(), onProgress),
  check: async (gpu, onProgress) => checkBeside(gpu, openBrowserGpu, await place(), onProgress),
};

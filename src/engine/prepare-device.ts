/** What happens to a device before its first run: the tuner's choice, the self-test, and the report of both. */
import * as v from 'valibot';
import type { Gpu } from '../gpu/device';
import { type Files, remembered } from '../host/files';
import type { DeviceReport } from '../kernels/device-report';
import { deviceReport } from '../kernels/device-report';
import { type SelfTestProgress, selfTestKernels } from '../kernels/self-test/self-test';
import { tuneMatmul } from '../kernels/tuner';

/** Choices of the tuner are kept in this file, one adapter a line. */
const CHOICES = 'tuner.json';
const choices = v.record(v.string(), v.string());

/** Tunes (once per adapter where `files` remembers it) and, unless told not to, checks every kernel; tells how far it is. */
export async function prepareDevice(
  gpu: Gpu,
  files: Files | null,
  check = true,
  onProgress?: SelfTestProgress,
): Promise<DeviceReport> {
  const { output, success } = v.safeParse(choices, await remembered(files, CHOICES));
  const known = success ? output : {};
  await tuneMatmul(gpu, {
    load: async (key) => known[key] ?? null,
    save: async (key, value) => {
      known[key] = value;
      // Remembering saves a second next time; a full disk must not keep anybody from starting.
      await files?.write(CHOICES, new TextEncoder().encode(JSON.stringify(known))).catch(() => {});
    },
  });
  if (!check) return deviceReport(gpu);
  return deviceReport(gpu, await selfTestKernels(gpu, onProgress));
}

/** What happens to a device before its first run: the tuner's choice, the self-test, and the report of both. */
import { isRecord } from '../data/records';
import type { Gpu } from '../gpu/device';
import { type Files, readText } from '../host/files';
import type { DeviceReport } from '../kernels/device-report';
import { deviceReport } from '../kernels/device-report';
import { type SelfTestProgress, selfTestKernels } from '../kernels/self-test/self-test';
import { tuneMatmul } from '../kernels/tuner';

/** Choices of the tuner are kept in this file, one adapter a line. */
const CHOICES = 'tuner.json';

/** Tunes (once per adapter where `files` remembers it) and, unless told not to, checks every kernel; tells how far it is. */
export async function prepareDevice(
  gpu: Gpu,
  files: Files | null,
  check = true,
  onProgress?: SelfTestProgress,
): Promise<DeviceReport> {
  const known = parseChoices(files ? await readText(files, CHOICES).catch(() => null) : null);
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

/** A damaged file of choices is as good as none: they are measured again. */
function parseChoices(text: string | null): Record<string, string> {
  try {
    const known: unknown = JSON.parse(text ?? '{}');
    return isRecord(known) ? (known as Record<string, string>) : {};
  } catch {
    return {};
  }
}

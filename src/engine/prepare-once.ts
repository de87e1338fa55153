/** A device that is checked once a day and not at every visit, and beside the first work on it: the page shall open at once. */
import * as v from 'valibot';
import type { Gpu } from '../gpu/device';
import { type Files, remembered } from '../host/files';
import { type DeviceReport, deviceReport, type SelfTest } from '../kernels/device-report';
import { matmulChoice, setMatmulChoice } from '../kernels/matmul/variants';
import { type SelfTestProgress, selfTestKernels } from '../kernels/self-test/self-test';
import { verdict } from '../runs/event-schema';
import { prepareDevice } from './prepare-device';

const FILE = 'self-test.json';
const A_DAY = 24 * 3600 * 1000; // a driver may have been updated since

const schema = v.object({ key: v.string(), date: v.number(), selfTest: v.nullable(verdict) });

/** What is known of the device by this code (`code` names its build) is in `files`, where there are any. */
interface Place {
  readonly files: Files | null;
  readonly code: string;
}

/** Tunes and checks a device, which takes seconds where it was not found right within a day. */
export async function prepareOnce(
  gpu: Gpu,
  files: Files | null,
  code: string,
  onProgress?: SelfTestProgress,
): Promise<DeviceReport> {
  return rightOrChecked(gpu, files, await tuned(gpu, { files, code }), onProgress);
}

/** Likewise, but a device that was not found wrong within a day is not checked yet: `checkBeside` does that. */
export async function prepareAtOnce(gpu: Gpu, place: Place, onProgress?: SelfTestProgress): Promise<DeviceReport> {
  const found = await tuned(gpu, place);
  return found.known ? rightOrChecked(gpu, place.files, found, onProgress) : deviceReport(gpu);
}

/**
 * Checks what `gpu` computes while it is at work, on a device of its own, so that neither waits for the other. What fails is
 * not taken any more on `gpu`. Throws DeviceLost, and what `openGpu` throws.
 */
export async function checkBeside(
  gpu: Gpu,
  openGpu: () => Promise<Gpu>,
  { files, code }: Place,
  onProgress?: SelfTestProgress,
): Promise<DeviceReport> {
  const key = keyOf(code, deviceReport(gpu));
  const other = await openGpu();
  try {
    other.adapter.software = gpu.adapter.software;
    setMatmulChoice(other, matmulChoice(gpu));
    const selfTest = await selfTestKernels(other, onProgress, gpu);
    await remember(files, key, selfTest);
    return deviceReport(gpu, selfTest);
  } finally {
    other.destroy();
  }
}

/** A tuned device: the name of what is known of it, and what its last check found. */
interface Found {
  readonly key: string;
  readonly known: SelfTest | null;
}

async function rightOrChecked(
  gpu: Gpu,
  files: Files | null,
  { key, known }: Found,
  onProgress?: SelfTestProgress,
): Promise<DeviceReport> {
  if (known?.failed.length === 0) return deviceReport(gpu, known);
  const selfTest = await selfTestKernels(gpu, onProgress);
  await remember(files, key, selfTest);
  return deviceReport(gpu, selfTest);
}

async function tuned(gpu: Gpu, { files, code }: Place): Promise<Found> {
  const key = keyOf(code, await prepareDevice(gpu, files, false));
  const { success, output } = v.safeParse(schema, await remembered(files, FILE));
  const isKnown = success && output.key === key && Date.now() - output.date < A_DAY;
  return { key, known: isKnown ? output.selfTest : null };
}

const keyOf = (code: string, { name, backend, features, variants }: DeviceReport): string =>
  JSON.stringify([code, name, backend, features, variants.matmul]);

async function remember(files: Files | null, key: string, selfTest: SelfTest | null): Promise<void> {
  const fresh: v.InferInput<typeof schema> = { key, date: Date.now(), selfTest: selfTest && { ...selfTest } };
  await files?.write(FILE, new TextEncoder().encode(JSON.stringify(fresh))).catch(() => {});
}

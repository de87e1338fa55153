/** A device that is checked once a day and not at every visit: the page shall open at once. */
import type { Gpu } from '../gpu/device';
import { type Files, readText } from '../host/files';
import type { DeviceReport } from '../kernels/device-report';
import { deviceReport } from '../kernels/device-report';
import type { SelfTestProgress } from '../kernels/self-test/self-test';
import { prepareDevice } from './prepare-device';

const FILE = 'self-test.json';
const A_DAY = 24 * 3600 * 1000; // a driver may have been updated since

interface Remembered {
  key: string;
  date: number;
  selfTest: DeviceReport['selfTest'];
}

/**
 * Tunes and checks a device; where this code (`code` names its build) passed the self-test on
 * this adapter within a day, its result is taken from `files`. A test that failed is always repeated.
 */
export async function prepareOnce(
  gpu: Gpu,
  files: Files | null,
  code: string,
  onProgress?: SelfTestProgress,
): Promise<DeviceReport> {
  const tuned = await prepareDevice(gpu, files, false);
  const key = JSON.stringify([code, tuned.name, tuned.backend, tuned.features, tuned.variants.matmul]);
  const known = parse(files ? await readText(files, FILE).catch(() => null) : null);
  if (known?.key === key && known.selfTest && Date.now() - known.date < A_DAY) return deviceReport(gpu, known.selfTest);
  const report = await prepareDevice(gpu, files, true, onProgress);
  if (report.selfTest?.failed.length === 0) {
    const fresh: Remembered = { key, date: Date.now(), selfTest: report.selfTest };
    await files?.write(FILE, new TextEncoder().encode(JSON.stringify(fresh))).catch(() => {});
  }
  return report;
}

/** A damaged file is as good as none. */
function parse(text: string | null): Remembered | null {
  try {
    return text ? (JSON.parse(text) as Remembered | null) : null;
  } catch {
    return null;
  }
}

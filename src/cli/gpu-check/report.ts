/** What `gpu-check` writes: a JSON file for programs and a page of text for people. */
import type { DeviceReport } from '../../kernels/device-report';
import { line, type Row } from '../bench/row';

export interface Report {
  readonly format: 1;
  readonly date: string;
  device: DeviceReport;
  seconds: number;
  readonly rows: readonly Row[];
  /** Sections that no time was left for. */
  readonly skipped: string[];
  /** Bytes that were held when a section had ended: of the device by this program, and of this process. */
  readonly memory: { after: string; deviceBytes: number; processBytes: number }[];
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

export function text({ date, device, seconds, rows, skipped, memory }: Report): string {
  const { limits, selfTest } = device;
  const lines = [
    `AntiSD Lab on ${device.name} (${device.vendor || 'unknown vendor'}, ${device.backend}${device.software ? ', software' : ''})`,
    `${date}, ${seconds} s, Node ${process.version}, ${process.platform} ${process.arch}`,
    `features   ${device.features.join(', ') || 'none'}; subgroups of ${device.subgroupSize.join(' to ')}`,
    `limits     buffer ${mebibytes(limits.maxBufferSize)}, binding ${mebibytes(limits.maxStorageBufferBindingSize)}, workgroup memory ${limits.maxComputeWorkgroupStorageSize} bytes`,
    ...Object.entries(device.variants).map(([what, variant]) => `${what.padEnd(10)} ${variant}`),
    `self-test  ${selfTest?.passed ?? 0} passed, ${selfTest?.failed.length ?? 0} failed, ${selfTest?.ms ?? 0} ms`,
    ...(selfTest?.failed ?? []).map((name) => `           failed: ${name}`),
    '',
    line(null),
    ...rows.map(line),
  ];
  if (skipped.length > 0) lines.push('', `No time was left for: ${skipped.join(', ')}`);
  if (memory.length > 0)
    lines.push(
      '',
      'held after each section: on the device, in this process',
      ...memory.map(
        (m) =>
          `  ${m.after.padEnd(12)}${mebibytes(m.deviceBytes).padStart(10)}${mebibytes(m.processBytes).padStart(12)}`,
      ),
    );
  return `${lines.join('\n')}\n`;
}

/** `doctor`: what this machine's adapter is, and whether every kernel computes the right numbers on it. */
import { defineCommand, EXIT } from './command';
import { openDevice } from './places';

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'check the adapter and every kernel on it',
  flags: { json: { kind: 'boolean', doc: 'print the report as JSON' } },
  async run(flags) {
    const { report } = await openDevice();
    const test = report.selfTest ?? { passed: 0, failed: [], ms: 0 };
    if (flags.json) {
      process.stdout.write(`${JSON.stringify(report)}\n`);
    } else {
      const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
      const lines = [
        `adapter      ${report.name} (${report.vendor || 'unknown vendor'}, ${report.backend}${report.software ? ', software' : ''})`,
        `features     ${report.features.join(', ') || 'none'}; subgroups of ${report.subgroupSize.join(' to ')}`,
        `limits       buffer ${mib(report.limits.maxBufferSize)}, binding ${mib(report.limits.maxStorageBufferBindingSize)}`,
        `matmul       ${report.variants.matmul}`,
        `self-test    ${test.passed} passed, ${test.failed.length} failed, ${test.ms} ms`,
        ...test.failed.map((f) => `  ${f}`),
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
    }
    return test.failed.length > 0 ? EXIT.failed : EXIT.done;
  },
});

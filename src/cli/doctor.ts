/**
 * `doctor`: what this machine's adapter is, whether every kernel computes the right numbers on it, and, for a model, what
 * each weight storage does to its log-probabilities.
 */
import { bytesText } from '../data/bytes';
import type { Gpu } from '../gpu/device';
import { choiceTable } from '../kernels/tuner';
import { type FormatErrors, formatErrors } from '../model/weights/format-error';
import { defineCommand, EXIT } from './command';
import { note, print } from './output';
import { loadModel, openDevice } from './places';

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'check the adapter and every kernel on it',
  details:
    'With --model the model is loaded as f32 and in each storage, and log-probabilities of texts that it wrote itself are\n' +
    'compared: largest and root-mean-square difference from f32, in nats.',
  flags: {
    model: { kind: 'text', doc: 'also measure the error of each weight storage on this model' },
    json: { kind: 'boolean', doc: 'print the report as JSON' },
  },
  async run(flags) {
    const { gpu, report } = await openDevice('anew');
    const test = report.selfTest ?? { passed: 0, failed: [], ms: 0 };
    if (flags.json) {
      const storage = flags.model ? await errorsOf(gpu, flags.model) : undefined;
      print(`${JSON.stringify({ ...report, storage })}\n`);
    } else {
      const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
      const lines = [
        `adapter      ${report.name} (${report.vendor || 'unknown vendor'}, ${report.backend}${report.software ? ', software' : ''})`,
        `features     ${report.features.join(', ') || 'none'}; subgroups of ${report.subgroupSize.join(' to ')}`,
        `limits       buffer ${mib(report.limits.maxBufferSize)}, binding ${mib(report.limits.maxStorageBufferBindingSize)}`,
        ...Object.entries(report.variants).map(([what, variant]) => `${what.padEnd(12)} ${variant}`),
        `self-test    ${test.passed} passed, ${test.failed.length} failed, ${test.ms} ms`,
        ...test.failed.map((f) => `  ${f}`),
      ];
      print(`${lines.join('\n')}\n`);
      if (flags.model) {
        print(formatTable(flags.model, await errorsOf(gpu, flags.model)));
        const { matmul: _, ...shapes } = choiceTable(gpu);
        print(
          Object.entries(shapes)
            .map(([shape, variant]) => `${shape.padEnd(32)} ${variant}\n`)
            .join(''),
        );
      }
    }
    return test.failed.length > 0 ? EXIT.failed : EXIT.done;
  },
});

const errorsOf = async (gpu: Gpu, model: string): Promise<FormatErrors> =>
  formatErrors(gpu, await loadModel(model), {
    onFormat: (format) => note(`scoring with ${format} weights …\n`),
  });

/** One line a format; differences in nats. */
function formatTable(model: string, { tokens, rows }: FormatErrors): string {
  const cells = [
    ['format', 'weights', 'largest', 'rms', 'mean', 'entropy: largest', 'rms'],
    ...rows.map(({ format, bytes, largest, rootMeanSquare, bias, entropy }) => [
      format,
      bytesText(bytes),
      ...[largest, rootMeanSquare, bias, entropy.largest, entropy.rootMeanSquare].map((x) => x.toExponential(1)),
    ]),
  ];
  const widths = cells[0].map((_, i) => Math.max(...cells.map((row) => row[i].length)) + 2);
  const lines = cells.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(10) : cell.padStart(widths[i]))).join(''),
  );
  return `\n${model}: log-probabilities against f32 weights over ${tokens} tokens, in nats\n${lines.join('\n')}\n`;
}

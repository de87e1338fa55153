/** The order of test files: those that take longest first, so that no process is left alone with one of them at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const LONGEST = [
  ...['hostile/fuzz-models', 'hostile/fuzz-files', 'library/sources/cache', 'library/sources/hub'],
  ...['kernels/cases', 'cli/gpu-check', 'kernels/self-test', 'antisd/step', 'runs/continue', 'model/lora'],
  ...['e2e/faults', 'e2e/page', 'e2e/models', 'e2e/paths', 'e2e/inspector', 'e2e/continue'],
];

function rank({ moduleId }: TestSpecification): number {
  const place = LONGEST.findIndex((name) => moduleId.includes(`/test/${name}.`));
  return place < 0 ? LONGEST.length : place;
}

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...(await super.sort(files))].sort((a, b) => rank(a) - rank(b));
  }
}

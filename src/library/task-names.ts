/** What names of problems look like, before anything is opened. */
import { DATA_FILE } from '../data/containers';
import { taskRow } from '../data/tasks';
import { benchmarkDataset } from './benchmarks';
import { parseDatasetId } from './sources/dataset-id';

/** The parts of a mixture; null for a name that is none. */
export function mixtureOf(text: string): { name: string; weight: number }[] | null {
  const parts = text.split(',').map((part) => {
    const [, name, weight] = /^(.*?)(?::(\d+(?:\.\d+)?))?$/s.exec(part.trim()) as RegExpExecArray;
    return { name, weight: weight === undefined ? 1 : Number(weight) };
  });
  return parts.length > 1 && parts.every(({ name }) => isSource(name)) ? parts : null;
}

/** Whether a name can be one of problems: a task, a file, a benchmark or a dataset of the Hub. */
export const isSource = (name: string): boolean =>
  taskRow(name) !== null || DATA_FILE.test(name) || parseDatasetId(benchmarkDataset(name)) !== null;

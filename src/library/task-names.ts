/** What names of problems look like, before anything is opened. */
import { DATA_FILE } from '../data/containers';
import { EXAMPLE_SETS, taskRow } from '../data/tasks';
import { benchmarkDataset } from './benchmarks';
import { DROPPED } from './sources/classify';
import { parseDatasetId } from './sources/dataset-id';

/** The parts of a mixture; null for a name that is none. */
export function mixtureOf(text: string): { name: string; weight: number }[] | null {
  const parts = text.split(',').map((part) => {
    const [, name, weight] = /^(.*?)(?::(\d+(?:\.\d+)?))?$/s.exec(part.trim()) as RegExpExecArray;
    return { name, weight: weight === undefined ? 1 : Number(weight) };
  });
  return parts.length > 1 && parts.every(({ name }) => isSource(name)) ? parts : null;
}

/** Whether problems or examples of this name come with the lab or were dropped on its page: no host is asked. */
export const isHere = (name: string): boolean =>
  (mixtureOf(name) ?? [{ name }]).every(
    (part) =>
      part.name.startsWith(DROPPED) ||
      taskRow(part.name) !== null ||
      EXAMPLE_SETS.some((set) => set.name === part.name),
  );

/** Whether a name can be one of problems: a task, a file, a benchmark or a dataset of the Hub. */
export const isSource = (name: string): boolean =>
  taskRow(name) !== null || DATA_FILE.test(name) || parseDatasetId(benchmarkDataset(name)) !== null;

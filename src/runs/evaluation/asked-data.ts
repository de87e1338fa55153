/** What an evaluation asks: its datasets as tasks, their problems in their order, and the room that they need. */
import { BOUNDS } from '../../data/bounds';
import { BadInput } from '../../data/errors';
import { isNative, taskRow, usualTokens } from '../../data/tasks';
import type { Task } from '../../data/types';
import type { EvaluationConfig } from './config';
import { type AskedData, batchSize } from './evaluation';

/** Problems of a task that makes its own without end. */
const OF_ENDLESS = 128;
/** Longest response where nothing is asked for. */
const USUAL_RESPONSE = 1024;

/** What a task and its problems depend on. */
export type Asking = Pick<
  EvaluationConfig,
  'problems' | 'minDepth' | 'wording' | 'thinking' | 'badRows' | 'maxNewTokens'
>;

/** How a task is opened for an evaluation: all problems of a dataset are held out. */
export type OpenAsked = (name: string, setting: AskedSetting) => Promise<Task>;
export type AskedSetting = Omit<Asking, 'problems' | 'minDepth'> & { readonly whole: true };

/** Names of datasets, separated by commas. Throws BadInput for an empty one, or one that comes twice. */
export function dataNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (!names.includes('') && new Set(names).size === names.length) return names;
  throw new BadInput('A dataset has no name, or comes twice', 'data', 'Give NAME, or NAME,NAME.');
}

/** Tokens of the longest response, where nothing is asked for. */
export const usualResponse = (names: readonly string[], maxPositions: number): number =>
  names.every(isNative) ? usualTokens(names[0]) : Math.min(USUAL_RESPONSE, maxPositions >> 1);

/** Each dataset as a task, and its problems: a file's in an order that the lab shuffles, always the same. Throws BadInput. */
export async function askedData(
  named: EvaluationConfig['data'],
  asking: Asking,
  open: OpenAsked,
  say: (words: string) => void = () => {},
): Promise<AskedData[]> {
  const { maxNewTokens, thinking, wording, badRows, minDepth } = asking;
  const data: AskedData[] = [];
  for (const { name, pinned } of named) {
    const task = await open(pinned, { maxNewTokens, thinking, wording, badRows, whole: true });
    if (task.readAs !== undefined) say(`${name}: rows are read as ${task.readAs}`);
    if (task.leftOut !== undefined) say(`${name}: ${task.leftOut}`);
    const count = asking.problems ?? (taskRow(name) ? OF_ENDLESS : BOUNDS.records);
    const problems = task.generate({ split: 'heldout', count, seed: 0, minDepth });
    data.push({ name, task, problems });
  }
  return data;
}

/** Tokens of the longest prompt. */
export function longestPrompt(data: readonly AskedData[]): number {
  const lengths = data.flatMap(({ task, problems }) => problems.map((problem) => task.studentPrompt(problem).length));
  return lengths.reduce((a, b) => Math.max(a, b), 0);
}

/** Responses that are sampled at once, at most. */
export function rowsNeeded(data: readonly AskedData[], config: EvaluationConfig): number {
  const largest = Math.max(...data.map(({ problems }) => Math.min(problems.length, batchSize(config))));
  return Math.min(config.rows, largest * config.samples);
}

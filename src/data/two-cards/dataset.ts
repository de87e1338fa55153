/** The two problem files that the lab ships, as text; scripts/make-datasets.mjs writes them. */
import type { Split } from '../types';
import { dealOf, generateProblems } from './problem';

const SEED = 2605; // any number: it only names the stream

/** File name and number of problems by split. */
export const DATASETS: Record<Split, { file: string; count: number }> = {
  train: { file: 'two-cards-train.jsonl', count: 2000 },
  heldout: { file: 'two-cards-heldout.jsonl', count: 512 },
};

/** JSONL of one split, all depths: the first `count` problems of the stream that are different as (unordered cards, target). */
export function datasetText(split: Split): string {
  const { count } = DATASETS[split];
  const seen = new Set<string>();
  const lines: string[] = [];
  for (let first = 0; lines.length < count; first++) {
    const [problem] = generateProblems({ split, count: 1, seed: SEED, minDepth: 1, first });
    const { cards, target, depth } = dealOf(problem);
    const key = `${[...cards].sort((a, b) => a - b).join(' ')} ${target}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const { question, solution, answer } = problem;
    const id = `two-cards/${split}/${String(lines.length).padStart(6, '0')}`;
    lines.push(JSON.stringify({ id, question, cards, target, depth, solution, answer }));
  }
  return `${lines.join('\n')}\n`;
}

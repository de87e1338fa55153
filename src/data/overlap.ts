/**
 * Which problems of an evaluation were there in training: those that share a stretch of 13 words. 13 is the n of GPT-3's
 * analysis (Brown et al. 2020, arXiv 2005.14165, appendix C) and of lm-evaluation-harness's decontamination. Words are letters
 * and digits in lower case, so that neither blanks nor LaTeX's signs hide a problem; a shorter question counts whole.
 */
import type { Problem } from './types';

export const NGRAM = 13;

/** A problem that was met before. */
export interface Overlap {
  readonly problem: string;
  /** The training problem that shares the most. */
  readonly with: string;
  /** Share of the problem's stretches that occur in training. */
  readonly share: number;
}

/** The stretches of n words of a text; the whole of a shorter one, and nothing of one without words. */
export function gramsOf(text: string, n = NGRAM): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return [];
  if (words.length <= n) return [words.join(' ')];
  return Array.from({ length: words.length - n + 1 }, (_, i) => words.slice(i, i + n).join(' '));
}

/** The evaluated problems that share a stretch with a training problem, in their order. */
export function overlaps(evaluated: readonly Problem[], trained: Iterable<Problem>, n = NGRAM): Overlap[] {
  // Evaluations are small and training sets are not: only what is looked for is kept.
  const wanted = new Map<string, Set<number>>();
  const grams = evaluated.map(({ question }) => new Set(gramsOf(question, n)));
  for (const [i, own] of grams.entries())
    for (const gram of own) {
      const at = wanted.get(gram);
      if (at) at.add(i);
      else wanted.set(gram, new Set([i]));
    }
  const met = grams.map(() => new Set<string>());
  const best = new Map<number, { id: string; count: number }>();
  for (const { id, question } of trained) {
    const shared = new Map<number, number>();
    for (const gram of new Set(gramsOf(question, n)))
      for (const i of wanted.get(gram) ?? []) {
        met[i].add(gram);
        shared.set(i, (shared.get(i) ?? 0) + 1);
      }
    for (const [i, count] of shared) if (count > (best.get(i)?.count ?? 0)) best.set(i, { id, count });
  }
  return evaluated.flatMap(({ id }, i) => {
    const found = best.get(i);
    return found ? [{ problem: id, with: found.id, share: met[i].size / grams[i].size }] : [];
  });
}

/** Problems that are drawn from a task at once. */
const DRAWN = 1024;
/** Of a task that makes its own there is no end. */
const MOST = 200_000;

/** A task's training problems, each once. */
export function* trainingProblems(task: {
  generate(query: { split: 'train'; count: number; seed: number; minDepth: null; first: number }): Problem[];
}): Generator<Problem> {
  const seen = new Set<string>();
  for (let first = 0; first < MOST; first += DRAWN)
    for (const problem of task.generate({ split: 'train', count: DRAWN, seed: 0, minDepth: null, first })) {
      if (seen.has(problem.id)) return;
      seen.add(problem.id);
      yield problem;
    }
}

/** Shipped recipes: the paper's own setting, which needs a cluster. */

import { BadInput } from '../../data/errors';
import { nearest } from '../../data/nearest';
import type { Recipe } from './folder';

export const RECIPES: Readonly<Record<string, Recipe>> = {
  'qwen3-4b-dapo': {
    label: 'The paper’s setting on Qwen3-4B-Instruct-2507',
    doc: 'DAPO-Math-17k, 32 problems × 8, learning rate 1e-6, 200 steps, temperature 1. The methods are the lab’s rows: grpo, sd, antisd-paper, antisd-code. The data has no solutions: a teacher sees a right sibling, or feedback only.',
    settings: {
      model: 'Qwen/Qwen3-4B-Instruct-2507',
      problems: 32,
      group: 8,
      steps: 200,
      learningRate: 1e-6,
      beta2: 0.999,
      weightDecay: 0,
      context: 'sibling',
      solutionTokens: 4096,
      recompute: true,
      evalEvery: 0,
      checkpointEvery: 10,
      keepCheckpoints: 0,
    },
    data: {
      hub: 'open-r1/DAPO-Math-17k-Processed',
      config: 'en',
      split: 'train',
      question: 'prompt',
      answer: 'solution',
      strip: [
        'Solve the following math problem step by step. The last line of your response should be of the form Answer: $Answer (without quotes) where $Answer is the answer to the problem.',
        'Remember to put your answer on its own line after "Answer:".',
      ],
    },
    trl: { max_completion_length: 16_384, vllm_max_model_length: 24_576, vllm_gpu_memory_utilization: 0.3 },
  },
};

/** A recipe by its name. Throws BadInput. */
export function recipeOf(name: string): Recipe {
  if (Object.hasOwn(RECIPES, name)) return RECIPES[name];
  const known = Object.keys(RECIPES);
  const near = nearest(name, known);
  const mend = near ? `Did you mean "${near}"?` : `Known: ${known.join(', ')}.`;
  throw new BadInput(`There is no recipe "${name}"`, 'export-trl', mend);
}

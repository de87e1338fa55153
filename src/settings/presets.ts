/** Named starting points: a configuration with what is known about it. */
import { CHAT_TASK } from '../data/tasks';
import { parseTrainConfig, type TrainConfig } from './config';

export interface Preset {
  id: string;
  label: string;
  /** What it is for and what came of it, in plain words. */
  doc: string;
  /** How that was measured, for whoever compares. */
  measured?: string;
  settings: Partial<TrainConfig>;
  /** Leaves the form's model as it is: for models that the lab does not bring. */
  keepsModel?: true;
}

/** Those that are compared with one another, the first five, run equally long. */
export const PRESETS: readonly Preset[] = [
  {
    id: 'antisd',
    label: 'AntiSD',
    doc: 'The reward, and praise for tokens that seeing the solution would make less likely: here that means to search on. Of problems it never saw it solves 5 to 9 % at first, 75 to 82 % after 60 steps and 92 to 95 % after 120. The task is built so that searching on helps.',
    measured:
      '16 problems × 4 responses, tokens with |u| above 3 nats masked, the gate on its peak, depth 5 and more, seeds 0 to 4: .09, .05, .06, .07 and .06 at first, .75, .82, .77, .82 and .76 after 60 steps, .94, .92, .95, .95 and .92 after 120; responses grow from 11 to 43 tokens in 50 steps.',
    settings: { arm: 'antisd' },
  },
  {
    id: 'grpo',
    label: 'GRPO',
    doc: 'The reward alone, for as many steps. At first nearly every group of answers is all wrong and teaches nothing: 6 to 14 % solved after 60 steps, 81 to 95 % after 120 with four seeds of five. With those it gets as high, later; with the fifth it has not begun.',
    measured:
      'As above, without the term, seeds 0 to 4: .12, .07, .14, .13 and .06 after 60 steps, .81, .82, .95, .92 and .09 after 120; in an earlier version .97 after 200. Smaller batches often never get off the ground.',
    settings: { arm: 'grpo' },
  },
  {
    id: 'sd',
    label: 'Self-distillation',
    doc: 'The opposite: praise for tokens that seeing the solution makes more likely. The model learns to stop searching and guess: 6 to 8 % solved after 120 steps, 5 to 9 % at first.',
    measured:
      'Seeds 0 to 4: .09, .05, .06, .07 and .06 at first, .08, .06, .07, .06 and .08 after 120 steps, responses of 9 tokens.',
    settings: { arm: 'sd' },
  },
  {
    id: 'antisd-paper',
    label: 'AntiSD, paper',
    doc: 'The paper’s form without the two safeguards of the first preset. It starts well and then collapses: 0 and 2 % solved after 120 steps.',
    measured:
      'No outlier mask, the gate on the median over all tokens, which is noise where most tokens are certain: here it stays inert. Seeds 0 and 1: .38 and .81 after 60 steps, .00 and .02 after 120; with the median over rollouts, in an earlier version, .02, .00 and .95 (seeds 0 to 2). The term praises surprising numbers, the teacher’s entropy rises, and a gate tied to the warm-up never closes.',
    settings: { arm: 'antisd-paper' },
  },
  {
    id: 'race',
    label: 'Smaller steps',
    doc: 'AntiSD with half the problems in a step: quicker, and noisier.',
    measured: '8 problems × 4 responses, as in the recorded comparison of the methods.',
    settings: { arm: 'antisd', problems: 8, maskNats: 4 },
  },
  {
    id: 'easy',
    label: 'Easy problems',
    doc: 'Problems of every difficulty. The reward alone teaches enough here, so AntiSD gains little: a case to know.',
    settings: { arm: 'antisd', minDepth: 1 },
  },
  {
    id: 'hard',
    label: 'Hard problems',
    doc: 'Problems of which one answer in fifteen is right at first. Praise for searching on needs no right answer: 84 to 98 % solved after 120 steps with AntiSD. The reward alone has next to nothing to choose from: two GRPO runs of three had learnt nothing after 360 steps.',
    measured:
      'Depth 8 and more, seeds 0 to 2: .06, .07 and .08 at first, .86, .84 and .98 after 120 steps (GRPO .09, .11 and .12; two of the three at .10 after 360): docs/study.md.',
    settings: { arm: 'antisd', minDepth: 8 },
  },
  {
    id: 'stories',
    label: 'In words',
    doc: 'AntiSD on the second built-in model, which answers word problems in English. It slips in a quarter of its sums, and after a quarter of them it writes “Wait, let me check”, which always finds the right number. Of stories it never saw it solves 40 % at first and 90 % after 60 steps (five seeds), because it then checks eight to nine sums in ten. GRPO comes to 88 % with fewer than half of the checks, self-distillation to 84 % with none: it learns to slip less.',
    measured:
      '8 problems × 4 responses, four sums and more, seed 0: .40 at first, .70 after 20 steps, .87 after 60 (GRPO .88, self-distillation .84); responses grow from 67 to 111 tokens (76, 53). The term praises slips too, which the solution makes unlikely as well: docs/study.md.',
    settings: {
      arm: 'antisd',
      model: 'micro',
      task: 'stories',
      problems: 8,
      steps: 60,
      evalEvery: 10,
      evalSamples: 2,
    },
  },
  {
    id: 'own-model',
    label: 'Your own model',
    doc: 'For a chat model of your own: choose it below. Its weights stay as they are; a small adapter beside them learns, from word problems or from a file of yours. A starting point, not a measured best; half as many steps as above, because each takes far longer.',
    measured: 'An adapter of rank 16, 4 problems × 4 responses of at most 192 tokens, 60 steps.',
    settings: {
      arm: 'antisd',
      task: CHAT_TASK.name,
      loraRank: 16,
      learningRate: 1e-4,
      problems: 4,
      group: 4,
      maxNewTokens: 192,
      steps: 60,
      evalEvery: 10,
      evalProblems: 16,
      evalSamples: 1,
      checkpointEvery: 10,
    },
    keepsModel: true,
  },
];

/** What is offered for any model but nano. */
export const OWN_MODEL = PRESETS[PRESETS.length - 1];

export const presetConfig = (preset: Preset): TrainConfig => parseTrainConfig(preset.settings, `preset ${preset.id}`);

/** Named starting points: a configuration with what is known about it. */
import { CHAT_TASK } from '../data/tasks';
import { parseTrainConfig, type TrainConfig } from './config';

export interface Preset {
  id: string;
  label: string;
  doc: string;
  settings: Partial<TrainConfig>;
  /** Leaves the form's model as it is: for models that the lab does not bring. */
  keepsModel?: true;
}

export const PRESETS: readonly Preset[] = [
  {
    id: 'antisd',
    label: 'AntiSD',
    doc: 'The steady form: 16 problems × 4, tokens with |u| above 3 nats masked, the gate on its peak. Measured at depth 5 and more with the population’s group std, seeds 0 to 2: held-out accuracy .05 at first, .72, .82 and .73 after 60 steps, .96 after 120 in all three; one run of 200 steps held at .95; responses grow from 11 to 56 tokens. The task is built so that going against the teacher means searching on.',
    settings: { arm: 'antisd' },
  },
  {
    id: 'grpo',
    label: 'GRPO',
    doc: 'The same steps with the reward alone. At depth 5 and more almost every group is all wrong at first. Measured with the population’s std, seeds 0 to 2: .10, .09 and .14 after 60 steps, .78, .83 and .95 after 120, .97 after 200: it ends as high, later. Smaller batches often never get off the ground.',
    settings: { arm: 'grpo', steps: 200 },
  },
  {
    id: 'sd',
    label: 'Self-distillation',
    doc: 'Towards the teacher, who has seen the answer and stops early: the model learns to give up sooner. Measured, seeds 0 to 2: .09, .06 and .10 after 120 steps, responses of 9 tokens.',
    settings: { arm: 'sd' },
  },
  {
    id: 'antisd-paper',
    label: 'AntiSD, to the letter',
    doc: 'No outlier mask, the gate on the median over all tokens, which is noise where most tokens are certain: here it stays inert. Measured with the median over rollouts in its place and the population’s std, seeds 0 to 2: .02, .00 and .95 after 120 steps. It starts well and collapsed in two of three runs: the term praises surprising numbers, the teacher’s entropy rises, and a gate tied to the warm-up never closes.',
    settings: { arm: 'antisd-paper' },
  },
  {
    id: 'race',
    label: 'The race, 8 × 4',
    doc: 'Smaller batches, as in the recorded comparison of the methods: quicker and noisier.',
    settings: { arm: 'antisd', problems: 8, maskNats: 4 },
  },
  {
    id: 'easy',
    label: 'Easy problems',
    doc: 'All depths: the reward is dense enough, and GRPO needs no help. A case where the method gains little.',
    settings: { arm: 'antisd', minDepth: 1 },
  },
  {
    id: 'own-model',
    label: 'Your own model',
    doc: 'For a chat model that you drop on the page or name: our word problems, or a file of your own as the task. An adapter of rank 16 on frozen weights, 4 problems × 4 responses of at most 192 tokens. A starting point, not a measured best.',
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

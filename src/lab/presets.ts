/** Named starting points: a configuration with what is known about it. */
import { parseTrainConfig, type TrainConfig } from './config';

export interface Preset {
  id: string;
  label: string;
  doc: string;
  settings: Partial<TrainConfig>;
}

export const PRESETS: readonly Preset[] = [
  {
    id: 'antisd',
    label: 'AntiSD',
    doc: 'The steady form: 16 problems × 4, tokens with |u| above 3 nats masked, the gate on its peak. The model learns to search on instead of giving up: its responses grow.',
    settings: { arm: 'antisd' },
  },
  {
    id: 'grpo',
    label: 'GRPO',
    doc: 'The same steps with the reward alone. At depth 5 and more almost every group is all wrong, and many runs never get off the ground.',
    settings: { arm: 'grpo', steps: 200 },
  },
  {
    id: 'sd',
    label: 'Self-distillation',
    doc: 'Towards the teacher, who has seen the answer and stops early: the model learns to give up sooner.',
    settings: { arm: 'sd' },
  },
  {
    id: 'antisd-paper',
    label: 'AntiSD, to the letter',
    doc: 'No outlier mask, the gate tied to its warm-up. It often starts well and then collapses into endless “no no no”: the term praises surprising numbers, and the gate does not see it.',
    settings: { arm: 'antisd-paper', problems: 8 },
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
];

export const presetConfig = (preset: Preset): TrainConfig => parseTrainConfig(preset.settings, `preset ${preset.id}`);

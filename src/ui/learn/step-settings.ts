import type { TrainConfig } from '../../settings/config';

/** What the lesson's one step is run with: two groups of four, the gate without a warm-up, so that λ acts at once. */
export const STEP_SETTINGS = {
  arm: 'antisd',
  problems: 2,
  group: 4,
  steps: 1,
  minDepth: 1,
  gateWarmup: 0,
  evalEvery: 0,
  seed: 1,
} as const satisfies Partial<TrainConfig>;

/** What determines a pretraining run: a model from scratch on a task's corpus. Stored with the run. */
import type { ModelConfig } from '../model/net/config';

export interface PretrainOptions {
  steps: number;
  batch: number; // examples a step
  learningRate: number; // peak
  warmupSteps: number;
  finalFactor: number; // learning rate at the end, as a share of the peak (cosine)
  beta1: number;
  beta2: number;
  weightDecay: number;
  clipNorm: number;
  seed: number;
}

export interface PretrainConfig {
  readonly kind: 'pretrain';
  readonly task: string;
  readonly model: ModelConfig;
  readonly options: PretrainOptions;
  /** Absent in the folders of earlier versions. */
  readonly checkpointEvery?: number;
}

/** The recipe of the nano task. */
export const NANO_RECIPE: PretrainOptions = {
  steps: 3500,
  batch: 64,
  learningRate: 3e-3,
  warmupSteps: 100,
  finalFactor: 0.03,
  beta1: 0.9,
  beta2: 0.98,
  weightDecay: 0.01,
  clipNorm: 1,
  seed: 0,
};

/** Steps between checkpoints where nothing is said. */
export const CHECKPOINT_EVERY = 100;

/** A configuration as it was stored: earlier versions knew one token that ends a text. */
export function storedPretrainConfig(stored: PretrainConfig): PretrainConfig {
  const { eosId = null, ...model } = stored.model as ModelConfig & { eosId?: number | null };
  return { ...stored, model: { ...model, eosIds: model.eosIds ?? (eosId === null ? [] : [eosId]) } };
}

/** What supervised fine-tuning tells beside the events that every run has; part of RunEvent. Losses are in nats a token. */

import type { DeviceReport } from '../kernels/device-report';
import type { MemoryPlan } from '../model/net/decoder';
import type { SftConfig } from '../settings/settings-sft';

/** Every figure of one update; what each is: SFT_METRICS in metrics.ts. */
export interface SftFigures {
  step: number;
  epoch: number;
  loss: number;
  heldOutLoss: number | null;
  gradNorm: number;
  lr: number;
  tokens: number;
  learnt: number;
  tokensPerSecond: number;
  totalTokens: number;
  seconds: number;
}

/** One example of a batch: its tokens, and −log p of those that were predicted. */
export interface ExampleLosses {
  tokens: string[];
  /** First token that is predicted; what stands before it is given. */
  from: number;
  /** −log p of tokens from, from + 1, …, before the update. */
  loss: number[];
  /** Whether each of these is learnt (1), or belongs to somebody else's turn (0). */
  learnt: (0 | 1)[];
}

export type SftOwnEvent =
  | {
      type: 'sft-start';
      config: SftConfig;
      examples: number; // to learn from
      heldOut: number; // of which the loss is measured
      leftOut: number; // too long, or not to be written in this model's words
      unused?: UnusedField[]; // where there are any
      steps: number; // updates of the whole run
      device: DeviceReport;
      memory: MemoryPlan;
      parameters: number; // that are trained
      resumedFrom: number | null;
      /** What stands between two tokens' texts, as in 'start'. */
      separator?: '' | ' ';
      /** What is to be known of the model, as in 'start'. */
      warnings?: string[];
    }
  | ({ type: 'sft-step'; eta: number | null } & SftFigures)
  | { type: 'sft-eval'; step: number; loss: number; examples: number }
  /** Some examples of update `step`; stored where the held-out loss is measured, and of a watched run with its checkpoints. */
  | { type: 'sft-tokens'; step: number; examples: ExampleLosses[] }
  /** A held-out prompt answered by the likeliest tokens after update `step`, and the answer in the data. */
  | {
      type: 'sample';
      step: number;
      index: number; // of the prompt
      prompt: string;
      text: string;
      ended: boolean; // false: cut at the longest sample
      expected: string;
    };

/** A field of the data that nothing is made of, and how many examples have it. */
export interface UnusedField {
  name: string;
  examples: number;
}

/** Why a model cannot learn from data; `unreadable`: no model could. */
export interface RefusedData {
  refused: string;
  unreadable: boolean;
}

/** What a supervised run of this model on these data would learn from. */
export interface DataPreview {
  examples: number; // to learn from
  heldOut: number; // of which the loss is measured
  leftOut: number;
  /** The first of those that are left out, by their number in the file. */
  why: { number: number; why: string }[];
  unused: UnusedField[];
  tokens: number; // of all examples to learn from
  longest: number; // tokens
  /** Whether conversations are written in the model's own chat template; else in plain words, and pairs word for word. */
  templated: boolean;
  /** The first example as the model reads it. */
  first: ExampleLosses;
  /** What stands between two tokens' texts. */
  separator: '' | ' ';
  /** What of the way in which the model cuts texts is not certain; absent where nothing is. */
  warning?: string;
}

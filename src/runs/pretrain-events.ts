/** What pretraining tells beside the events that every run has; part of RunEvent. */
import type { DeviceReport } from '../kernels/device-report';
import type { MemoryPlan } from '../model/net/decoder';
import type { PretrainConfig } from '../settings/settings-pretrain';

export type PretrainEvent =
  /** Absent in the logs of earlier versions, as are checkpoints and the end. */
  | {
      type: 'pretrain-start';
      config: PretrainConfig;
      device: DeviceReport;
      memory: MemoryPlan;
      parameters: number;
      resumedFrom: number | null;
    }
  | {
      type: 'pretrain-step';
      step: number; // 1-based: the number of updates done
      lr: number;
      loss: number; // nats a token that carries loss, before the update
      gradNorm: number; // before clipping
      tokens: number; // of the batch, prompts included
      learnt: number; // of these, the tokens that carry loss
      /** To the end, and of this update, s; absent in the logs of earlier versions. */
      eta?: number;
      seconds?: number;
    };

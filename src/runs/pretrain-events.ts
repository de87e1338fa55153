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
  /** What each is: PRETRAIN_METRICS in metrics.ts. Earlier versions wrote no time. */
  | {
      type: 'pretrain-step';
      step: number;
      lr: number;
      loss: number;
      gradNorm: number;
      tokens: number;
      learnt: number;
      eta?: number;
      seconds?: number;
    };

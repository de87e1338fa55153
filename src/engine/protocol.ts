/** What the page and the training engine's Worker say to each other. */

import type { DeviceReport } from '../kernels/device-report';
import type { RunEvent } from '../runs/events';
import type { DataPreview } from '../runs/sft-events';
import type { StoredRun } from '../runs/stored-runs';
import type { TrainConfig } from '../settings/config';
import type { SftConfig } from '../settings/settings-sft';
import type { ModelCommand, ModelMessage, Refusal } from './model-messages';

/** What the page asks of the worker. */
export type LabCommand =
  | { type: 'open' } // find the adapter, self-test, tune; answered by 'opened' or 'unavailable'
  | { type: 'start'; config: TrainConfig | SftConfig; paused: boolean } // paused: load, then wait for 'step' or 'resume'
  | { type: 'pause' } // after the running step
  | { type: 'resume' }
  | { type: 'step' } // one step, then pause
  | { type: 'stop' } // after the running step: final checkpoint, then 'done'
  | { type: 'set'; patch: Partial<TrainConfig> } // change live settings (lambda, lr, gate …) from the next step on
  | { type: 'recover' } // after a fault: a new device, continue paused from the last good step
  | { type: 'list-runs' }
  | { type: 'load-run'; id: string }
  | { type: 'continue-run'; id: string } // a stored run from its last checkpoint, paused; answered by 'continued'
  | { type: 'delete-run'; id: string } // answered by 'runs'
  | { type: 'preview'; config: SftConfig } // what a supervised run would learn from; answered by 'previewed'
  | { type: 'export-model' } // answered by 'exported': files of a Hugging Face folder
  | ModelCommand
  | { type: 'lose-device' }; // GPUDevice.destroy(): lets a person (and the tests) see the recovery

/** What the worker tells the page. */
export type LabMessage =
  | { type: 'opened'; device: DeviceReport }
  | { type: 'unavailable'; reason: string }
  | { type: 'event'; event: RunEvent }
  | { type: 'runs'; runs: StoredRun[] }
  | { type: 'run'; id: string; events: RunEvent[] }
  /** A stored run is open at `step`: its settings, and what it told up to there (of what is shown once, the last). */
  | { type: 'continued'; id: string; step: number; config: TrainConfig | SftConfig; events: RunEvent[] }
  | { type: 'exported'; files: { name: string; bytes: Uint8Array<ArrayBuffer> }[] }
  | { type: 'previewed'; config: SftConfig; preview: DataPreview | { refused: string } }
  | ModelMessage
  /** A command that could not be carried out; `kind` where a model or a file is at fault. */
  | { type: 'problem'; message: string; kind?: Refusal['kind'] };

/** What the page and a Worker say to each other about models: part of LabCommand and LabMessage. */

import type { ModelPlan } from '../library/memory-plan';
import type { Dropped, HubAccess } from '../library/model-shelf';
import type { CachedModel } from '../library/sources/cache';
import type { PlacedFile } from '../library/sources/dropped';
import type { LoadProgress } from '../library/sources/progress';
import type { SourceFault } from '../library/sources/source-error';
import type { TrainConfig } from '../settings/config';
import type { SftConfig } from '../settings/settings-sft';

export type ModelCommand =
  | { type: 'drop'; files: readonly (File | PlacedFile)[] } // one thing; answered by 'dropped'
  | { type: 'access'; access: HubAccess } // from now on; answered by nothing
  | { type: 'cancel' } // stops what is being downloaded or loaded, else what is being looked at
  /** A model and what it takes, before anything is downloaded; answered by 'described' with the same id. */
  | { type: 'describe'; id: number; config: TrainConfig | SftConfig; memory: number | null }
  | { type: 'list-models' } // answered by 'models'
  | { type: 'remove-model'; name: string }; // org/name@commit; answered by 'models'

export type ModelMessage =
  | { type: 'dropped'; dropped: Dropped }
  | { type: 'models'; models: CachedModel[] }
  | { type: 'described'; id: number; outcome: { plan: ModelPlan } | { refused: Refusal } }
  | { type: 'loading'; name: string; progress: LoadProgress | null }; // null: it is over, one way or the other

/** Why a model cannot be had: a message with cause and mend, and its kind, for those who offer a remedy. */
export interface Refusal {
  message: string;
  /** Of a source; 'unfit' where the files are there and are no model that the lab knows. */
  kind: SourceFault | 'unfit';
}

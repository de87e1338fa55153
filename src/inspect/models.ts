/** Where the inspector's models and adapters come from. */

import type { DataFiles } from '../library/data-files';
import type { LoadedModel } from '../library/open-model';
import type { Purpose } from '../library/sources/hub-dataset';
import type { DownloadProgress } from '../library/sources/progress';
import type { ModelConfig } from '../model/net/config';
import type { LoraFolder } from '../model/weights/adapter';

export interface OpenHooks {
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
}

/** Opens models and adapters by name, as ModelShelf does. Throws BadInput (a SourceError where the source is at fault). */
export interface ModelOpener {
  /** Only headers are read. */
  open(name: string, hooks?: OpenHooks): Promise<LoadedModel>;
  /** An adapter for a model of this configuration. */
  openLora(name: string, config: ModelConfig, hooks?: OpenHooks): Promise<LoraFolder>;
  /** Problems of a file or a dataset, of its training split where none is named, or of that which is for evaluations; null for a name that is none. */
  readData?(name: string, hooks?: OpenHooks, purpose?: Purpose): Promise<DataFiles | null>;
}

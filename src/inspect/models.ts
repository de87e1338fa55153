/** Where the inspector's models and adapters come from. */

import type { Dropped, HubAccess } from '../library/model-shelf';
import type { LoadedModel } from '../library/open-model';
import type { PlacedFile } from '../library/sources/dropped';
import type { DownloadProgress } from '../library/sources/progress';
import type { ModelConfig } from '../model/net/config';
import type { LoraFolder } from '../model/weights/adapter';

export interface OpenHooks {
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
}

/** Opens models and adapters by name, as ModelShelf does. Throws BadInput (a SourceError where the source is at fault). */
export interface ModelOpener {
  /** Where Hub ids lead, and who asks. Missing where that is settled elsewhere. */
  access?: HubAccess;
  /** Only headers are read. */
  open(name: string, hooks?: OpenHooks): Promise<LoadedModel>;
  /** An adapter for a model of this configuration. */
  openLora(name: string, config: ModelConfig, hooks?: OpenHooks): Promise<LoraFolder>;
  /** Remembers dropped files under a name that the others then know. Missing where nothing can be dropped. */
  drop?(files: readonly (File | PlacedFile)[]): Dropped;
  /** A file of problems; null for a name that is none. */
  readData?(name: string): Promise<Uint8Array<ArrayBuffer> | null>;
}

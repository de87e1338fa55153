/** The inspector over folders on disk, on the test's own device: by itself, and as the page sees it. */

import type { Gpu } from '../../src/gpu/device';
import { Inspector } from '../../src/inspect/inspector';
import { deviceReport } from '../../src/kernels/device-report';
import { ModelShelf } from '../../src/library/model-shelf';
import { type LoadedModel, openModel } from '../../src/library/open-model';
import type { ModelConfig } from '../../src/model/net/config';
import { type LoraFolder, readLoraFolder } from '../../src/model/weights/adapter';
import type { EvaluationsPlace } from '../../src/runs/evaluation/stored-evaluations';
import { TestEngine } from './engine';
import { diskFolder } from './fixtures';
import { NANO } from './session';

/** Names are folders. */
class DiskShelf extends ModelShelf {
  constructor() {
    super({ builtIn: {}, cache: async () => null });
  }
  override open(name: string): Promise<LoadedModel> {
    return openModel(diskFolder(name === 'nano' ? NANO : name));
  }
  override openLora(name: string, config: ModelConfig): Promise<LoraFolder> {
    return readLoraFolder(diskFolder(name), config);
  }
}

type OpenGpu = () => Gpu | Promise<Gpu>;

export const testInspector = (openGpu: OpenGpu): Inspector =>
  new Inspector({
    openGpu: async () => openGpu(),
    prepare: async (gpu) => deviceReport(gpu),
    models: new DiskShelf(),
  });

/** The inspector as the page sees it. */
export const testPage = (openGpu: OpenGpu, places: Partial<EvaluationsPlace> = {}): TestEngine =>
  new TestEngine({
    openGpu: async () => openGpu(),
    shelf: new DiskShelf(),
    ...places,
  });

export const onModel = (model: string, adapter: string | null = null) => ({ model, adapter, weightFormat: 'auto' });

/** A step of a run of its own, measured dispatch by dispatch: what the page shows under the hood. */
import type { ModelShelf } from '../library/model-shelf';
import { prepareRun } from '../runs/open-run';
import { profileStep } from '../runs/step-profile';
import type { Device } from './device';
import { openingFor } from './opening';
import type { Handlers } from './service';

export const profileDesk = (shelf: ModelShelf, device: Device): Handlers<'profile-step'> => ({
  async 'profile-step'({ config }, call) {
    const opening = openingFor(config.model, call);
    const prepared = await prepareRun(config, {
      model: (name) => shelf.open(name, opening),
      data: (name) => shelf.readData(name, opening),
    });
    const { gpu, report } = await device.open(call.progress);
    return profileStep(prepared, { gpu, device: report, onLoaded: opening.onLoaded });
  },
});

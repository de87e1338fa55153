/** A training step for somebody who walks through it: of a run of its own, which waits on the device between its stages. */
import type { ModelShelf } from '../library/model-shelf';
import { prepareRun } from '../runs/open-run';
import { walkStep } from '../runs/step-walk';
import type { Device } from './device';
import { openingFor } from './opening';
import type { Handlers } from './service';

export function walkDesk(shelf: ModelShelf, device: Device): Handlers<'walk-step' | 'walk-on'> {
  let goOn = (): void => {};
  return {
    async 'walk-step'({ config }, call) {
      const { signal } = call;
      const opening = openingFor(config.model, call);
      const prepared = await prepareRun(config, {
        model: (name) => shelf.open(name, opening),
        data: (name) => shelf.readData(name, opening),
      });
      const { gpu, report } = await device.open(call.progress);
      const asked = (): Promise<void> =>
        new Promise((resolve, reject) => {
          goOn = resolve;
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
          gpu.lost.then(reject);
          signal.throwIfAborted();
        });
      await walkStep(
        prepared,
        { gpu, device: report, onLoaded: opening.onLoaded },
        async (told) => {
          call.part(told);
          if (told.stage !== 'update') await asked();
        },
        (what) => call.progress({ what, done: 0, total: null, download: null }),
      );
    },
    'walk-on': () => goOn(),
  };
}

/** The inspector's side of the page: a Worker with a device and models of its own, beside the one that trains. */
import { memoryBytes } from '../../data/bytes';
import { BadInput } from '../../data/errors';
import { openBrowserGpu } from '../../gpu/open.browser';
import { privateFiles } from '../files.browser';
import { openModel } from '../open-model';
import { prepareDevice } from '../prepare-device';
import { InspectCommands } from './commands';
import { Inspector } from './inspector';
import type { InspectCommand, InspectMessage } from './protocol';

const scope = self as unknown as {
  location: Location;
  postMessage(message: InspectMessage): void;
  onmessage: ((event: MessageEvent<InspectCommand>) => void) | null;
};
/** The page's folder: in a build the worker lies in assets/ below it. */
const base = new URL(import.meta.env.DEV ? '/' : '../', scope.location.href);

const inspector = new Inspector({
  openGpu: openBrowserGpu,
  prepare: async (gpu) => prepareDevice(gpu, await privateFiles('cache').catch(() => null)),
  models: {
    async open(name) {
      if (name !== 'nano') throw new BadInput(`There is no model "${name}"`, 'inspector', 'Choose nano.');
      return openModel({
        where: `models/${name}`,
        list: async () => [],
        async open(file) {
          const response = await fetch(new URL(`models/${name}/${file}`, base));
          return response.ok
            ? memoryBytes(new Uint8Array(await response.arrayBuffer()), `models/${name}/${file}`)
            : null;
        },
      });
    },
    async openAdapter(name) {
      throw new BadInput(`There is no adapter "${name}"`, 'inspector', 'Choose none.');
    },
  },
});
const commands = new InspectCommands(inspector, (message) => scope.postMessage(message));

scope.onmessage = (event: MessageEvent<InspectCommand>) => void commands.handle(event.data);

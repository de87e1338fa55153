/** An inspector over folders on disk, on the test's own device. */

import { InspectCommands } from '../../src/engine/inspect-commands';
import type { Gpu } from '../../src/gpu/device';
import { Inspector } from '../../src/inspect/inspector';
import type { InspectCommand, InspectMessage } from '../../src/inspect/protocol';
import { deviceReport } from '../../src/kernels/device-report';
import { openModel } from '../../src/library/open-model';
import { readLoraFolder } from '../../src/model/weights/adapter';
import { diskFolder } from './fixtures';
import { NANO } from './session';

export function testInspector(openGpu: () => Gpu | Promise<Gpu>): Inspector {
  return new Inspector({
    openGpu: async () => openGpu(),
    prepare: async (gpu) => deviceReport(gpu),
    models: {
      open: (name) => openModel(diskFolder(name === 'nano' ? NANO : name)),
      openLora: (name, config) => readLoraFolder(diskFolder(name), config),
    },
  });
}

export const onModel = (model: string, adapter: string | null = null) => ({ model, adapter, storage: 'auto' });

/** A command without its id. */
type Asked = InspectCommand extends infer C ? (C extends InspectCommand ? Omit<C, 'id'> : never) : never;

/** The inspector as the page sees it: `ask` gives every message that answers a command. */
export function testCommands(inspector: Inspector) {
  const messages: InspectMessage[] = [];
  const commands = new InspectCommands(inspector, (message) => messages.push(structuredClone(message)));
  let id = 0;
  return {
    commands,
    messages,
    async ask(command: Asked): Promise<InspectMessage[]> {
      const own = ++id;
      await commands.handle({ id: own, ...command } as InspectCommand);
      return messages.filter((m) => m.id === own);
    },
    /** The last message of an answer, which must be of this type. */
    async answer<T extends InspectMessage['type']>(
      command: Asked,
      type: T,
    ): Promise<Extract<InspectMessage, { type: T }>> {
      const last = (await this.ask(command)).at(-1);
      if (last?.type !== type) throw new Error(`expected ${type}, got ${JSON.stringify(last)}`);
      return last as Extract<InspectMessage, { type: T }>;
    },
  };
}

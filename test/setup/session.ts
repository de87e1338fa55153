/** Short training runs on the built-in model, in memory. */
import { join } from 'node:path';
import { findTask } from '../../src/data/tasks';
import type { Gpu } from '../../src/gpu/device';
import type { Files } from '../../src/host/files';
import { deviceReport } from '../../src/kernels/device-report';
import { openModelFolder } from '../../src/model/weights/folder';
import type { RunEvent } from '../../src/runs/events';
import { Session, type SessionOptions } from '../../src/runs/session';
import { parseTrainConfig } from '../../src/settings/config';
import { diskFolder } from './fixtures';

export const NANO = join(import.meta.dirname, '../../public/models/nano');

/** A session on the nano model with these settings; `events` fills as it runs. */
export async function openSession(
  gpu: Gpu,
  settings: object,
  files: Files | null = null,
  resume?: SessionOptions['resume'],
): Promise<{ session: Session; events: RunEvent[] }> {
  const events: RunEvent[] = [];
  const config = parseTrainConfig({ evalEvery: 0, problems: 4, group: 4, seed: 1, ...settings });
  const model = await openModelFolder(diskFolder(NANO));
  const session = await Session.open({
    gpu,
    model,
    task: findTask('two-cards'),
    config,
    device: deviceReport(gpu),
    files,
    emit: (event) => events.push(event),
    alternatives: false,
    resume,
  });
  return { session, events };
}

/** Weights and optimiser after `steps` steps with these settings. */
export async function stateAfter(gpu: Gpu, settings: object, steps: number) {
  const { session } = await openSession(gpu, settings);
  for (let i = 0; i < steps; i++) await session.next();
  const state = await session.policy.state();
  session.destroy();
  return state;
}

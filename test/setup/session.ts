/** Short training runs on the built-in model, in memory. */
import { join } from 'node:path';
import { findTask } from '../../src/data/tasks';
import type { Gpu } from '../../src/gpu/device';
import type { Files } from '../../src/host/files';
import { deviceReport } from '../../src/kernels/device-report';
import { openModelFolder } from '../../src/model/weights/folder';
import type { RunEvent } from '../../src/runs/events';
import { reinforcedRun } from '../../src/runs/open-run';
import type { ReinforcedState } from '../../src/runs/reinforced-state';
import type { Resume, Run } from '../../src/runs/run';
import { RunStore } from '../../src/runs/run-store';
import { parseTrainConfig } from '../../src/settings/config';
import { diskFolder } from './fixtures';

export const NANO = join(import.meta.dirname, '../../public/models/nano');

/** A run on the nano model with these settings; `events` fills as it goes. */
export async function openRun(
  gpu: Gpu,
  settings: object,
  files: Files | null = null,
  resume?: Resume<ReinforcedState>,
): Promise<{ run: Run<ReinforcedState>; events: RunEvent[] }> {
  const events: RunEvent[] = [];
  const config = parseTrainConfig({ evalEvery: 0, problems: 4, group: 4, seed: 1, ...settings });
  const prepared = reinforcedRun(config, await openModelFolder(diskFolder(NANO)), findTask('two-cards'));
  const store = files && new RunStore(files);
  const emit = (event: RunEvent) => void events.push(event);
  const run = await prepared.open({ gpu, device: deviceReport(gpu), store, emit, watched: false }, resume);
  return { run, events };
}

/** Weights and optimiser after `steps` steps with these settings. */
export async function stateAfter(gpu: Gpu, settings: object, steps: number) {
  const { run } = await openRun(gpu, settings);
  for (let i = 0; i < steps; i++) await run.next();
  const state = await run.policy.state();
  run.destroy();
  return state;
}

/** Runs for reports: logistic curves that take off at a step, four samples of eight problems. */

import { type LoadedRun, loadedRun } from '../../src/report/loaded-run';
import type { RunEvent } from '../../src/runs/events';
import { DEFAULT_CONFIG, type TrainConfig } from '../../src/settings/config';
import { FAKE_DEVICE, fakeStep } from '../ui/fake-events';

export interface FakeRun extends Partial<TrainConfig> {
  readonly name?: string;
  /** The step at which accuracy is half of what it comes to. */
  readonly takesOff: number;
  readonly tops?: number;
  readonly ended?: boolean;
}

const v = 1;
const memory = { weights: 1, gradients: 1, optimizer: 1, activations: 1, kvCache: 1, scratch: 1, total: 6 };

export function fakeRunEvents({ name: _, takesOff, tops = 1, ended = true, ...patch }: FakeRun): RunEvent[] {
  const config = { ...DEFAULT_CONFIG, steps: 120, ...patch };
  const at = (step: number): number => tops / (1 + Math.exp((takesOff - step) / 8));
  const events: RunEvent[] = [
    { v, type: 'start', config, device: FAKE_DEVICE, memory, resumedFrom: null, parameters: 9, lab: '0.1.0' },
  ];
  for (let step = 0; step <= config.steps; step++) {
    if (step > 0) events.push({ ...fakeStep(step), reward: at(step), tokens: 1000, seconds: 0.5 });
    if (step % 20 === 0) events.push(...evaluation(step, at(step), config.seed));
  }
  const rows = [{ token: '<b>Wait', count: 40, meanU: -1.6, meanTerm: 0.3, share: 0.5 }];
  events.push({ v, type: 'tokens-table', step: config.steps, rows });
  if (ended) events.push({ v, type: 'done', step: config.steps, reason: 'finished', seconds: 60 });
  return events;
}

function evaluation(step: number, accuracy: number, seed: number): RunEvent[] {
  const problems = Array.from({ length: 8 }, (_, i) => ({
    problem: `held-out/${i}`,
    question: 'q',
    answer: 'a',
    samples: Array.from({ length: 4 }, (_, k) => ({
      ids: [1],
      answer: null,
      reward: (((i * 4 + k) * 7 + seed) % 32) / 32 < accuracy - 1e-9 ? 1 : 0,
    })),
  }));
  const right = problems.flatMap(({ samples }) => samples.map(({ reward }) => reward as number));
  const mean = right.reduce((a, b) => a + b) / right.length;
  return [
    { v, type: 'eval', step, accuracy: mean, passAtK: 1, k: 4, problems: 8, samples: 4, meanLength: 20 },
    { v, type: 'eval-samples', step, problems, leftOut: 0 },
  ];
}

export const fakeRun = (of: FakeRun): LoadedRun =>
  loadedRun(of.name ?? `${of.arm ?? 'antisd'}-${of.seed ?? 0}`, {
    events: fakeRunEvents(of),
    damaged: [],
    torn: false,
  }) as LoadedRun;

/**
 * A stored run goes on from its last checkpoint, as `train --resume` does on the command line: what the log has after it
 * is dropped, and what it has before it is told again, so that a page shows the run whole.
 */

import { DamagedCheckpoint } from './checkpoint';
import { parseEvents } from './event-lines';
import type { RunEvent, RunEventOf } from './events';
import type { PreparedRun, RunBench } from './open-run';
import type { Run, RunFacts } from './run';
import type { RunConfig } from './run-config';
import type { RunStore } from './run-store';
import type { Patch } from './trainer';

/** Events of which a page shows the last one only; the others are most of a log. */
const LAST_ONLY = ['signals', 'eval-samples', 'tokens-table', 'sft-tokens'];

/** Steps that this stored run can go on from, the last one first. Throws where there is none, or nothing is left to do. */
export async function stepsToContinue(store: RunStore): Promise<number[]> {
  if ((await store.log.ends()).done === 'finished') throw new Error('This run is finished. Replay shows it.');
  const steps = (await store.checkpoints.complete()).reverse();
  if (steps.length === 0)
    throw new Error(
      'This run was closed before its first checkpoint and cannot be continued. Replay shows what it did.',
    );
  return steps;
}

export interface Continued {
  readonly run: Run;
  /** As it stood, with what was changed while the run was going. */
  readonly config: RunConfig;
  /** What was told up to the checkpoint; of what is shown once, the last. */
  readonly events: RunEvent[];
  /** Steps whose checkpoints could not be read. */
  readonly damaged: readonly number[];
}

/** Opens a run at the first of `steps` whose checkpoint can be read. Rejects as opening a run does. */
export async function openAtCheckpoint(
  prepared: PreparedRun,
  bench: RunBench & { store: RunStore },
  steps: readonly number[],
): Promise<Continued> {
  const damaged: number[] = [];
  for (const step of steps) {
    const story = await storyUpTo(bench.store, step);
    try {
      const run = await prepared.open(bench, { step }, story.patch);
      const { config } = run;
      // Asked for after the checkpoint, for a step that is to come: asked for again.
      for (const { patch } of story.ahead) run.change(patch);
      return { run, config, events: story.events, damaged };
    } catch (error) {
      if (!(error instanceof DamagedCheckpoint) || step === steps.at(-1)) throw error;
      damaged.push(step);
    }
  }
  throw new RangeError('There is no step to continue from.');
}

/** The log up to a checkpoint, the settings changed by then, and those that were to hold from its next step on. */
async function storyUpTo(store: RunStore, step: number) {
  const { eventBytes } = await store.checkpoints.facts<RunFacts>(step);
  const bytes = await store.log.read();
  const text = (part: Uint8Array) => new TextDecoder().decode(part);
  const at = eventBytes ?? bytes.length;
  const events = parseEvents(withoutEarlier(text(bytes.subarray(0, at))));
  const isChange = (event: RunEvent): event is RunEventOf<'change'> => event.type === 'change';
  const patch: Patch = {};
  for (const change of events.filter(isChange)) Object.assign(patch, change.patch);
  const later = parseEvents(withoutEarlier(text(bytes.subarray(at))));
  return { events, patch, ahead: later.filter(isChange).filter((change) => change.step === step + 1) };
}

/** A log's whole lines without those of LAST_ONLY that a later one replaces. */
function withoutEarlier(log: string): string {
  const seen = new Set<string>();
  const kept = log
    .split('\n')
    .slice(0, -1) // what follows the last line break is no line
    .reverse()
    .filter((line) => {
      const type = /^\{"v":\d+,"type":"([\w-]+)"/.exec(line)?.[1] ?? '';
      if (!LAST_ONLY.includes(type)) return true;
      if (seen.has(type)) return false;
      seen.add(type);
      return true;
    });
  return kept
    .reverse()
    .map((line) => `${line}\n`)
    .join('');
}

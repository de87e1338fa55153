/** A training step under the microscope: every dispatch with its time, every kernel with its code, every tensor with its bytes. */
import type { PhaseName } from '../antisd/phases';
import type { Profile } from '../gpu/profiler';
import { elements, type Purpose } from '../gpu/tensor';
import { tensorSpecs } from '../model/net/decoder';
import type { RunEvent } from './events';
import type { PreparedRun, RunBench } from './open-run';

/** Columns have an entry a dispatch, in the order in which the host recorded them. */
export interface StepProfile {
  /** host: the adapter has no time stamps (src/gpu/profiler.ts). */
  readonly clock: 'device' | 'host';
  readonly kernels: readonly { readonly name: string; readonly code: string }[];
  /** Places in `kernels`. */
  readonly kernel: Uint16Array<ArrayBuffer>;
  /** ms since the first began. */
  readonly start: Float32Array<ArrayBuffer>;
  readonly end: Float32Array<ArrayBuffer>;
  /** The dispatch that each phase begins with. The host enters `update` when the gradient is done: AdamW is recorded before. */
  readonly phases: readonly { readonly phase: PhaseName; readonly from: number }[];
  readonly memory: readonly { readonly label: string; readonly purpose: Purpose; readonly bytes: number }[];
  /** Tokens that were sampled and learnt from. */
  readonly tokens: number;
}

const PHASES: readonly string[] = ['sample', 'score', 'backward', 'update'] satisfies PhaseName[];

/**
 * Takes the steps of a run that nobody stores: the first compiles, of the others the quickest is told, since a machine has
 * other things to do as well. Throws as the run does.
 */
export async function profileStep(
  prepared: PreparedRun,
  place: Pick<RunBench, 'gpu' | 'device' | 'onLoaded'>,
): Promise<StepProfile> {
  const phases: { phase: PhaseName; from: number }[] = [];
  let tokens = 0;
  let recorded = (): number => 0;
  const emit = (event: RunEvent): void => {
    if (event.type === 'step') tokens = event.tokens;
    if (event.type === 'phase' && PHASES.includes(event.phase))
      phases.push({ phase: event.phase as PhaseName, from: recorded() });
  };
  const run = await prepared.open({ ...place, store: null, watched: false, emit });
  try {
    const { recorder, config, capacity } = run.policy.decoder;
    const measured: (Profile & Pick<StepProfile, 'phases' | 'tokens'>)[] = [];
    await run.next();
    while (!run.finished) {
      phases.length = 0;
      const before = recorder.dispatches;
      recorded = () => recorder.dispatches - before;
      recorder.startProfile();
      await run.next();
      measured.push({ ...(await recorder.endProfile()), phases: [...phases], tokens });
    }
    if (measured.length === 0) throw new Error('A measured run takes two steps at least.');
    const quickest = measured.reduce((a, b) => (lengthOf(b) < lengthOf(a) ? b : a));
    const memory = tensorSpecs(config, capacity).flatMap(({ label, purpose, shape }) => {
      const bytes = elements(shape) * 4;
      return bytes > 0 ? [{ label, purpose, bytes }] : [];
    });
    return { ...columnsOf(quickest), phases: quickest.phases, tokens: quickest.tokens, memory };
  } finally {
    run.destroy();
  }
}

const lengthOf = ({ spans }: Profile): number => spans.reduce((last, { end }) => Math.max(last, end), 0);

function columnsOf({ clock, spans }: Profile): Pick<StepProfile, 'clock' | 'kernels' | 'kernel' | 'start' | 'end'> {
  const kernels = [...new Map(spans.map(({ kernel }) => [kernel.name, kernel])).values()];
  const place = new Map(kernels.map(({ name }, i) => [name, i]));
  return {
    clock,
    kernels: kernels.map(({ name, code }) => ({ name, code })),
    kernel: Uint16Array.from(spans, ({ kernel }) => place.get(kernel.name) as number),
    start: Float32Array.from(spans, ({ start }) => start),
    end: Float32Array.from(spans, ({ end }) => end),
  };
}

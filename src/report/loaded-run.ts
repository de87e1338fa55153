/** A run as it is compared: its configuration, a row of figures a step and an evaluation, and what it came to in the end. */
import type { TokenRow } from '../antisd/measures';
import { BOUNDS } from '../data/bounds';
import { collected, expectWithin } from '../data/bytes';
import { BadInput } from '../data/errors';
import type { DeviceReport } from '../kernels/device-report';
import { type ReadLog, readLog } from '../runs/event-lines';
import type { RunEvent, RunEventOf, StepFigures } from '../runs/events';
import type { GivenFile } from '../runs/run-archive';
import { type Separator, separatorOf } from '../runs/separator';
import { LOG } from '../runs/stored-log';
import { DEFAULT_CONFIG, parseTrainConfig, TRAIN_TABLE, type TrainConfig } from '../settings/config';
import type { Setting } from '../settings/setting';

/** Where a run was when something was measured: updates, sampled tokens and seconds of steps since its beginning. */
export interface Place {
  readonly step: number;
  readonly tokens: number;
  readonly seconds: number;
}

export type StepPoint = Place & { readonly figures: StepFigures };
export type EvalPoint = Place & { readonly figures: Omit<RunEventOf<'eval'>, 'v' | 'type'> };

/** Right answers among the samples of a held-out problem. */
export interface Counted {
  readonly problem: string;
  readonly right: number;
  readonly samples: number;
}

export interface LoadedRun {
  /** Its name among others: its folder's, or what a person called it. */
  readonly name: string;
  readonly config: TrainConfig;
  /** The step of another run's checkpoint that it began at; 0 where it began at the beginning. */
  readonly begunAt: number;
  readonly device: Pick<DeviceReport, 'name' | 'backend' | 'software'> | null;
  /** The version of the lab; null where an earlier one, or another program, did not say. */
  readonly lab: string | null;
  readonly steps: readonly StepPoint[];
  readonly evals: readonly EvalPoint[];
  /** The last evaluation problem by problem; null in logs of earlier versions. `leftOut`: more were asked than the log holds. */
  readonly final: { readonly step: number; readonly problems: readonly Counted[]; readonly leftOut: number } | null;
  readonly table: readonly TokenRow[];
  readonly probes: readonly RunEventOf<'probe'>[];
  /** Between the tokens of those. */
  readonly separator: Separator;
  readonly changes: readonly RunEventOf<'change'>[];
  readonly done: 'finished' | 'stopped' | null;
  /** Lines of its log that cannot be read, and whether it ends within one. */
  readonly damaged: number;
  readonly torn: boolean;
}

/** A run from the log that somebody gave, which is read into memory as a stored one is. Throws BadInput for one over `most` bytes. */
export async function givenRun(
  name: string,
  log: Pick<GivenFile, 'size' | 'stream'>,
  most: number = BOUNDS.givenLog,
): Promise<LoadedRun | null> {
  expectWithin(log.size, most, 'The log', `${name}/${LOG}`);
  return loadedRun(name, readLog(await collected(log.stream()), 'compared'));
}

/** A run from its log; null where that is of no reinforcement learning. */
export function loadedRun(name: string, { events, damaged, torn }: ReadLog): LoadedRun | null {
  const start = lastOf(events, 'start');
  const first = events.find((event) => event.type === 'start');
  if (!start || !first) return null;
  const steps = placed(allOf(events, 'step'));
  const at = (step: number): Place => steps.findLast((point) => point.step <= step) ?? { step, tokens: 0, seconds: 0 };
  const asked = lastOf(events, 'eval-samples');
  const probes = allOf(events, 'probe');
  return {
    name,
    config: wholeConfig(first.config),
    begunAt: steps[0]?.step === 1 ? 0 : (first.resumedFrom ?? 0),
    device: start.device,
    lab: start.lab ?? null,
    steps,
    evals: allOf(events, 'eval').map(({ v: _, type: __, ...figures }) => ({
      ...{ step: figures.step, tokens: at(figures.step).tokens, seconds: at(figures.step).seconds },
      figures,
    })),
    final: asked ? { step: asked.step, problems: asked.problems.map(counted), leftOut: asked.leftOut } : null,
    table: lastOf(events, 'tokens-table')?.rows ?? [],
    probes,
    separator: separatorOf(
      start.separator ?? ' ',
      probes.flatMap(({ rollouts }) => rollouts),
    ),
    changes: allOf(events, 'change'),
    done: lastOf(events, 'done')?.reason ?? null,
    damaged: damaged.length,
    torn,
  };
}

/** What a value of each kind of setting is. */
const TYPES = { number: 'number', integer: 'number', boolean: 'boolean', choice: 'string', text: 'string' } as const;

/**
 * With what settings of later versions meant when it ran. A configuration that contradicts itself is taken as it is, but for
 * values that are of another type than the setting's: what counts with them takes numbers for numbers.
 */
function wholeConfig(stored: TrainConfig): TrainConfig {
  try {
    return parseTrainConfig(stored);
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    const rows: Readonly<Record<string, Setting>> = TRAIN_TABLE.rows;
    const isOfKind = ([name, value]: [string, unknown]) =>
      value === null || !Object.hasOwn(rows, name) || typeof value === TYPES[rows[name].kind];
    return { ...DEFAULT_CONFIG, ...Object.fromEntries(Object.entries(stored).filter(isOfKind)) };
  }
}

function placed(steps: readonly RunEventOf<'step'>[]): StepPoint[] {
  let [tokens, seconds] = [0, 0];
  return steps.map(({ v: _, type: __, eta: ___, ...figures }) => {
    tokens += figures.tokens;
    seconds += figures.seconds;
    return { step: figures.step, tokens, seconds, figures };
  });
}

const counted = ({ problem, samples }: RunEventOf<'eval-samples'>['problems'][number]): Counted => ({
  problem,
  right: samples.filter(({ reward }) => reward === 1).length,
  samples: samples.length,
});

const allOf = <T extends RunEvent['type']>(events: readonly RunEvent[], type: T): RunEventOf<T>[] =>
  events.filter((event): event is RunEventOf<T> => event.type === type);
const lastOf = <T extends RunEvent['type']>(events: readonly RunEvent[], type: T): RunEventOf<T> | undefined =>
  events.findLast((event): event is RunEventOf<T> => event.type === type);

/** The recorded race: runs of several methods from the same model, problems and seed (scripts/record-race.mjs). */

import * as v from 'valibot';
import {
  GATE_STATISTICS,
  type GateSettings,
  type GateState,
  type GateStatistic,
  gateThresholds,
  newGate,
  updateGate,
} from '../../antisd/gate';
import { recording } from '../recording';

const real = v.number();
const perStep = v.array(real);
const run = v.object({
  arm: v.string(),
  seed: real,
  device: v.string(),
  /** On held-out problems. */
  evals: v.array(v.object({ step: real, accuracy: real })),
  /** Of the step's own rollouts: the share that is right, tokens a response, the teacher's mean entropy (nats). */
  accuracy: perStep,
  length: perStep,
  teacherEntropy: perStep,
  /** What each kind of gate would watch; of runs with a teacher and a gate. */
  statistics: v.nullable(
    v.object(
      Object.fromEntries(GATE_STATISTICS.map((name) => [name, v.array(v.nullable(real))])) as Record<
        GateStatistic,
        v.ArraySchema<v.NullableSchema<v.NumberSchema<undefined>, undefined>, undefined>
      >,
    ),
  ),
});
const schema = v.object({ version: v.literal(1), runs: v.array(run) });

export type RaceRun = v.InferOutput<typeof run>;

/** The runs of a recording. Throws where it is none. */
export const raceIn = (json: unknown): readonly RaceRun[] => v.parse(schema, json).runs;

let fetched: Promise<readonly RaceRun[]> | null = null;

/** The recorded runs, fetched once; what failed is tried again. */
export function raceRuns(): Promise<readonly RaceRun[]> {
  fetched ??= recording('race.json', 'The recorded race')
    .then(async (response) => raceIn(await response.json()))
    .catch((error) => {
      fetched = null;
      throw error;
    });
  return fetched;
}

/** A step of a simulated gate, as the training page's chart of it takes it. */
export interface GateRow {
  readonly step: number;
  readonly gateStatistic: number | null;
  readonly teacherEntropy: number;
  readonly gateState: GateState;
  readonly gateClosesBelow: number | null;
  readonly gateOpensAbove: number | null;
}

/** The lab's own gate over a recorded curve. What it says changes nothing of the curve: a gate that acts would. */
export function simulate(
  { statistics, teacherEntropy }: Pick<RaceRun, 'statistics' | 'teacherEntropy'>,
  settings: GateSettings,
): GateRow[] {
  const watched = statistics?.[settings.statistic] ?? [];
  let gate = newGate();
  return watched.map((h, i) => {
    gate = updateGate(gate, h, settings);
    const { closesBelow, opensAbove } = gateThresholds(gate, settings);
    return {
      step: i + 1,
      gateStatistic: h,
      teacherEntropy: teacherEntropy[i],
      gateState: gate.state,
      gateClosesBelow: closesBelow,
      gateOpensAbove: opensAbove,
    };
  });
}

/** How often it went from open to closed or back, up to and with `step`. */
export function switchesOf(rows: readonly GateRow[], step = Number.POSITIVE_INFINITY): number {
  const shut = rows.filter((row) => row.step <= step).map((row) => row.gateState === 'closed');
  return shut.filter((closed, i) => i > 0 && closed !== shut[i - 1]).length;
}

/** The mean of the last `over` values at every place: what a noisy curve comes to. */
export const trailingMean = (values: readonly number[], over: number): number[] =>
  values.map((_, i) => {
    const window = values.slice(Math.max(0, i + 1 - over), i + 1);
    return window.reduce((a, b) => a + b, 0) / window.length;
  });

/** Who reached `level` at the earliest evaluation, all of them where several did; none where nobody did. */
export function firstTo<R extends Pick<RaceRun, 'evals'>>(race: readonly R[], level: number): readonly R[] {
  const at = race.map((run) => reached(run, level) ?? Number.POSITIVE_INFINITY);
  const earliest = Math.min(...at);
  return race.filter((_, i) => at[i] === earliest && Number.isFinite(earliest));
}

/** The first evaluation that reaches `level`, or null. */
export const reached = ({ evals }: Pick<RaceRun, 'evals'>, level: number): number | null =>
  evals.find(({ accuracy }) => accuracy >= level)?.step ?? null;

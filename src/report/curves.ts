/** What is drawn of runs over what: curves of a group are the mean over its seeds, with a band and a line a seed. */
import { meanEstimate } from '../antisd/bootstrap';
import { mean } from '../antisd/statistics';
import { EVAL_METRICS, type Metric, STEP_METRICS } from '../runs/metrics';
import { type Group, grouped } from './groups';
import type { LoadedRun, Place } from './loaded-run';

/** A figure that is followed through runs. */
export interface Curve {
  readonly key: string;
  readonly title: string;
  readonly doc: string;
  readonly domain?: readonly [number, number];
  of(run: LoadedRun): readonly (Place & { readonly value: number | null | undefined })[];
}

type StepKey = 'reward' | 'studentEntropy' | 'teacherEntropy' | 'responseLength' | 'deliberation' | Diverse;
type Diverse = 'answerEntropy' | 'distinct2' | 'editDistance';

const titled = (title: string, { definition, unit }: Metric) => ({
  title: unit ? `${title}, ${unit}` : title,
  doc: definition,
});
const stepCurve = (key: StepKey, title: string, domain?: readonly [number, number]): Curve => ({
  ...{ key, domain, ...titled(title, STEP_METRICS[key]) },
  of: (run) => run.steps.map(({ figures, ...place }) => ({ ...place, value: figures[key] })),
});

export const ACCURACY: Curve = {
  ...{ key: 'accuracy', domain: [0, 1], ...titled('Held-out accuracy (avg@k)', EVAL_METRICS.accuracy) },
  of: (run) => run.evals.map(({ figures, ...place }) => ({ ...place, value: figures.accuracy })),
};

export const CURVES: readonly Curve[] = [
  ACCURACY,
  stepCurve('reward', 'Reward', [0, 1]),
  stepCurve('studentEntropy', 'Entropy of the student'),
  stepCurve('teacherEntropy', 'Entropy of the teacher'),
  stepCurve('responseLength', 'Response length'),
  stepCurve('deliberation', 'Deliberation'),
  stepCurve('answerEntropy', 'Entropy of answers'),
  stepCurve('distinct2', 'Distinct pairs of tokens'),
  stepCurve('editDistance', 'Edit distance'),
];

export type AxisName = keyof Place;
export const AXES: Readonly<Record<AxisName, string>> = {
  step: 'steps',
  tokens: 'sampled tokens',
  seconds: 'seconds of steps',
};

export interface BandPoint {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

export interface GroupCurve {
  /** The mean over the seeds that were there at that step, at the mean of their places, and the interval over seeds. */
  readonly band: readonly BandPoint[];
  /** Each seed by itself. */
  readonly seeds: readonly { readonly seed: number; readonly points: readonly { x: number; y: number }[] }[];
}

/** Points of a line, at most: about one for every four units of its width. */
const POINTS = 160;
/** Draws for a band's edge at each point. */
const BAND_RESAMPLES = 400;

/** Nothing where no run of the group has such figures. */
export function groupCurve({ runs }: Group, curve: Curve, axis: AxisName): GroupCurve {
  const known = runs.map((run) => ({
    seed: run.config.seed,
    points: curve.of(run).flatMap(({ value, ...place }) => (typeof value === 'number' ? [{ ...place, value }] : [])),
  }));
  const steps = [...new Set(known.flatMap(({ points }) => points.map(({ step }) => step)))].sort((a, b) => a - b);
  const every = Math.ceil(steps.length / POINTS);
  const kept = new Set(steps.filter((_, i) => i % every === 0 || i === steps.length - 1));
  const thinned = known.map(({ seed, points }) => ({ seed, points: points.filter(({ step }) => kept.has(step)) }));
  const at = grouped(
    thinned.flatMap(({ points }) => points),
    ({ step }) => step,
  );
  const band = [...at.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, points]) => {
      const values = points.map(({ value }) => [value]);
      const { value, low, high } = meanEstimate(values, { resamples: values.length > 1 ? BAND_RESAMPLES : 1 });
      return { x: mean(points.map((point) => point[axis])), y: value, low, high };
    });
  const line = (points: (typeof thinned)[number]['points']) =>
    points.map((point) => ({ x: point[axis], y: point.value }));
  return { band, seeds: thinned.map(({ seed, points }) => ({ seed, points: line(points) })) };
}

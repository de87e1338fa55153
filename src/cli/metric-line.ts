/** A step on one line: the words that the metrics' rows say of it, between the count of steps and the time left. */
import { type Metrics, progressOf } from '../runs/metrics';
import { clock } from './command';

interface Step {
  readonly step: number;
  readonly eta: number | null;
}

/** "step 3/120  reward 0.125  …  ETA 1:02". */
export function metricLine<E extends Step>(metrics: Metrics, event: E, steps: number): string {
  const words = Object.entries(metrics).flatMap(([name, row]) => progressOf(row, event[name as keyof E]) ?? []);
  const left = event.eta === null ? '–' : clock(event.eta);
  return [`${metrics.step.label} ${event.step}/${steps}`, ...words, `ETA ${left}`].join('  ');
}

/** The charts of a report. */

import type { Chart } from './chart';
import { AXES, type AxisName, CURVES, type Curve, groupCurve } from './curves';
import type { ReportModel } from './model';

/** A figure of every group over an axis; null where no run has it. */
function chartOf({ groups }: ReportModel, curve: Curve, axis: AxisName): Chart | null {
  const lines = groups.map(({ group }) => {
    const { band, seeds } = groupCurve(group, curve, axis);
    return { label: group.label, band, parts: seeds.map(({ points }) => points) };
  });
  if (lines.every(({ band }) => band.length === 0)) return null;
  return { ...curve, id: `${curve.key}-${axis}`, axis: AXES[axis], lines };
}

/** Every figure over one axis. */
export const chartsOver = (model: ReportModel, axis: AxisName): Chart[] =>
  CURVES.flatMap((curve) => chartOf(model, curve, axis) ?? []);

/** pass@k of the last evaluations; null where none is known problem by problem. */
export function passChart({ groups }: ReportModel): Chart | null {
  const lines = groups.map(({ group, pass }) => ({
    label: group.label,
    band: pass.map(({ k, value, low, high }) => ({ x: k, y: value, low, high })),
  }));
  const missing = lines.filter(({ band }) => band.length === 0).map(({ label }) => label);
  if (missing.length === lines.length) return null;
  const doc =
    'unbiased estimate (Chen et al. 2021) from the samples of the last evaluation; 95 % interval over seeds and problems';
  const without = missing.length === 0 ? '' : `; not known of ${missing.join('; ')}`;
  return { id: 'pass-at-k', title: 'pass@k', doc: doc + without, axis: 'k', domain: [0, 1], lines };
}

/** What stands in the place of that chart where there is none; null where there is. */
export const withoutPass = (model: ReportModel): string | null =>
  passChart(model)
    ? null
    : 'pass@k is not known: it takes the last evaluation problem by problem, which logs of earlier versions do not have, and runs without an evaluation neither.';

/** Those of a report: accuracy over every axis, all else over steps. */
export const reportCharts = (model: ReportModel): Chart[] => [
  ...(Object.keys(AXES) as AxisName[]).flatMap((axis) => chartOf(model, CURVES[0], axis) ?? []),
  ...[passChart(model)].filter((chart) => chart !== null),
  ...CURVES.slice(1).flatMap((curve) => chartOf(model, curve, 'step') ?? []),
];

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
  if (lines.every(({ band }) => band.length === 0)) return null;
  const doc =
    'unbiased estimate (Chen et al. 2021) from the samples of the last evaluation; 95 % interval over seeds and problems';
  return { id: 'pass-at-k', title: 'pass@k', doc, axis: 'k', domain: [0, 1], lines };
}

/** Those of a report: accuracy over every axis, all else over steps. */
export const reportCharts = (model: ReportModel): Chart[] => [
  ...(Object.keys(AXES) as AxisName[]).flatMap((axis) => chartOf(model, CURVES[0], axis) ?? []),
  ...[passChart(model)].filter((chart) => chart !== null),
  ...CURVES.slice(1).flatMap((curve) => chartOf(model, curve, 'step') ?? []),
];

/** A report's figures as CSV: a row a run and step, and the results. */
import { csvText as text } from '../inspect/export';
import { CURVES } from './curves';
import { grouped } from './groups';
import type { ReportModel } from './model';

const number = (value: number | null | undefined): string => (typeof value === 'number' ? String(value) : '');

/** Every figure of every run where it was measured. */
export function curvesCsv({ groups }: ReportModel): string {
  const head = ['group', 'run', 'seed', 'step', 'tokens', 'seconds', ...CURVES.map(({ key }) => key)];
  const rows = groups.flatMap(({ group }) =>
    group.runs.flatMap((run) => {
      const measured = CURVES.flatMap(({ key, of }) => of(run).map((point) => ({ ...point, key })));
      const byStep = [...grouped(measured, ({ step }) => step)].sort(([a], [b]) => a - b);
      return byStep.map(([step, points]) => {
        const [{ tokens, seconds }] = points;
        const values = CURVES.map(({ key }) => number(points.find((point) => point.key === key)?.value));
        return [text(group.label), text(run.name), run.config.seed, step, tokens, seconds, ...values];
      });
    }),
  );
  return lines([head, ...rows]);
}

/** What each group came to: estimates with their intervals, and pass@k for every k. */
export function resultsCsv({ groups }: ReportModel): string {
  const head = ['group', 'seeds', 'measure', 'value', 'low', 'high'];
  const rows = groups.flatMap(({ group, accuracy, pass, toBest, toGoal }) => {
    const row = (measure: string, of: { value: number; low: number; high: number } | null) =>
      of ? [[text(group.label), group.runs.length, measure, of.value, of.low, of.high]] : [];
    return [
      ...row('avg@k', accuracy),
      ...pass.flatMap((estimate) => row(`pass@${estimate.k}`, estimate)),
      ...(['step', 'tokens', 'seconds'] as const).flatMap((axis) => [
        ...row(`speed-up to the best (${axis}, ${toBest[axis].speedUp?.bound})`, toBest[axis].speedUp),
        ...row(`speed-up to the goal (${axis}, ${toGoal[axis].speedUp?.bound})`, toGoal[axis].speedUp),
      ]),
    ];
  });
  return lines([head, ...rows]);
}

const lines = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => `${row.join(',')}\r\n`).join('');

import { memo, useMemo } from 'react';
import { chartsOver, passChart, withoutPass } from '../../report/charts';
import { AXES, type AxisName } from '../../report/curves';
import { evaluationTables } from '../../report/evaluation-tables';
import type { ReportModel } from '../../report/model';
import { reachTable, resultsTable, runsTable, settingsTable, tokenTables } from '../../report/tables';
import { ChartFigure } from './ChartFigure';
import styles from './ComparePage.module.css';
import { DataTable } from './DataTable';
import { saveCurves, saveHtml, saveResults } from './export';
import { ProbeTexts } from './ProbeTexts';
import { useCompare } from './store';

/** Evaluations as tables, and what runs came to, where there are any. */
export const Comparison = memo(function Comparison({ model }: { model: ReportModel }) {
  return (
    <>
      {model.runs.length > 0 && <OfRuns model={model} />}
      {evaluationTables(model.evaluations).map((table) => (
        <DataTable key={table.title} table={table} />
      ))}
    </>
  );
});

/** What the runs came to, drawn over the chosen axis. */
function OfRuns({ model }: { model: ReportModel }) {
  const axis = useCompare((s) => s.axis);
  const charts = useMemo(() => {
    const pass = passChart(model);
    return [...chartsOver(model, axis), ...(pass ? [pass] : [])];
  }, [model, axis]);
  const tables = useMemo(
    () => [resultsTable(model), reachTable(model, 'toBest'), reachTable(model, 'toGoal')],
    [model],
  );
  const unknown = withoutPass(model);
  return (
    <>
      <div className={styles.head}>
        <fieldset className={styles.buttons}>
          <legend className="visually-hidden">Over</legend>
          {(Object.keys(AXES) as AxisName[]).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={axis === name}
              onClick={() => useCompare.setState({ axis: name })}
            >
              {AXES[name]}
            </button>
          ))}
        </fieldset>
        <fieldset className={styles.buttons}>
          <legend className="visually-hidden">Take along</legend>
          <button type="button" onClick={() => saveHtml(model)}>
            HTML report
          </button>
          <button type="button" onClick={() => saveCurves(model)}>
            Curves as CSV
          </button>
          <button type="button" onClick={() => saveResults(model)}>
            Results as CSV
          </button>
        </fieldset>
      </div>
      <ul className={styles.doc}>
        {model.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      <div className={styles.charts}>
        {charts.map((chart) => (
          <ChartFigure key={chart.id} chart={chart} />
        ))}
      </div>
      {unknown && <p className={styles.doc}>{unknown}</p>}
      {tables.map((table) => (
        <DataTable key={table.title} table={table} />
      ))}
      <div className={styles.charts}>
        {tokenTables(model).map((table) => (
          <DataTable key={table.title} table={table} />
        ))}
      </div>
      <ProbeTexts runs={model.runs} />
      <DataTable table={runsTable(model)} />
      <DataTable table={settingsTable(model)} />
    </>
  );
}

import { useEffect, useId } from 'react';
import { TASKS } from '../../../data/tasks';
import type { ListedEvaluation } from '../../../engine/protocol';
import { BENCHMARKS } from '../../../library/benchmarks';
import { EVALUATION_PRESETS } from '../../../runs/evaluation/config';
import { nameShown } from '../../models/names';
import { useModels } from '../../models/store';
import { unless } from '../../unless';
import { NumberField } from '../choices/NumberField';
import { evaluationWords, heldUp, rowsOf } from '../evaluations';
import styles from '../search/Search.module.css';
import { askEvaluation, deleteEvaluation, listEvaluations, stop } from '../session';
import { isAsked, useInspector } from '../store';
import tabs from './Tabs.module.css';

/** The open model on benchmarks, as `eval --data`: stored batch by batch, gone on with after a closed tab. */
export function EvaluateTab() {
  const working = useInspector((s) => isAsked(s, 'evaluate'));
  const evaluated = useInspector((s) => s.evaluated);
  const evaluations = useInspector((s) => s.evaluations);
  const { temperature, topP } = useInspector((s) => s.sampling);
  useEffect(listEvaluations, []);
  const shown = (evaluations ?? []).filter(({ id }) => id !== evaluated?.evaluation);
  return (
    <>
      <Settings working={working} />
      <p className={styles.said}>
        {working
          ? evaluationWords(evaluated)
          : `Every problem is asked as often as said, at the response’s temperature (${temperature}), top-p ${topP} and seed. Each batch is stored before the next; the page Compare shows evaluations beside runs.`}
      </p>
      {shown.length > 0 && <Stored evaluations={shown} working={working} />}
    </>
  );
}

type Evaluating = ReturnType<typeof useInspector.getState>['evaluating'];

function Settings({ working }: { working: boolean }) {
  const id = useId();
  const { data, problems, samples, maxNewTokens, badRows } = useInspector((s) => s.evaluating);
  const own = useInspector((s) => s.main?.task);
  const dropped = useModels((s) => s.dropped).filter(({ kind }) => kind === 'data');
  const offered = [...TASKS, ...BENCHMARKS, ...dropped.map(({ name }) => ({ name, label: nameShown(name) }))];
  const change = (patch: Partial<Evaluating>): void =>
    useInspector.setState((s) => ({ evaluating: { ...s.evaluating, ...patch } }));
  return (
    <div className={styles.fields}>
      <div>
        <label htmlFor={id}>Data</label>
        <input
          id={id}
          className={tabs.data}
          list={`${id}-names`}
          placeholder={own ?? 'gsm8k, org/name'}
          autoComplete="off"
          spellCheck={false}
          value={data}
          onChange={({ target }) => change({ data: target.value })}
        />
        <datalist id={`${id}-names`}>
          {offered.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </datalist>
      </div>
      <NumberField
        label="Problems, at most"
        shown
        value={problems}
        min={1}
        max={1e6}
        whole
        onChange={(v) => change({ problems: v })}
      />
      <NumberField
        label="Samples"
        shown
        value={samples}
        min={1}
        max={1024}
        whole
        onChange={(v) => change({ samples: v })}
      />
      <NumberField
        label="Longest, 0: as usual"
        shown
        value={maxNewTokens}
        min={0}
        max={1e6}
        whole
        onChange={(v) => change({ maxNewTokens: v })}
      />
      <label title="Up to half of the rows; they are counted. Else the first one refuses the file.">
        <input
          type="checkbox"
          checked={badRows === 'left-out'}
          onChange={({ target }) => change({ badRows: target.checked ? 'left-out' : 'refused' })}
        />{' '}
        Leave bad rows out
      </label>
      <button type="button" title="32 samples at temperature 0.7, top-p 0.95" onClick={asPaper}>
        As the paper
      </button>
      {working ? (
        <button type="button" onClick={() => void stop('evaluate')}>
          Stop
        </button>
      ) : (
        <button type="button" {...unless(own ? null : 'A model comes first.')} onClick={() => askEvaluation()}>
          Evaluate
        </button>
      )}
    </div>
  );
}

/** Sampling as EVALUATION_PRESETS has it under that name. */
function asPaper(): void {
  const { samples, ...sampling } = EVALUATION_PRESETS.paper;
  useInspector.setState((s) => ({
    evaluating: { ...s.evaluating, samples },
    sampling: { ...s.sampling, ...sampling },
  }));
}

const HEAD = ['Data', 'Model', 'Asked', 'avg@k', 'pass@k', 'maj@k'];

function Stored({ evaluations, working }: { evaluations: readonly ListedEvaluation[]; working: boolean }) {
  const subject = useInspector((s) => s.main?.subject ?? null);
  return (
    <table className={tabs.table}>
      <caption>Evaluations of this browser, with 95 % intervals over problems</caption>
      <thead>
        <tr>
          {HEAD.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
          <th scope="col">
            <span className="visually-hidden">What can be done</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {evaluations.map((one) =>
          rowsOf(one).map((cells, row) => (
            <tr key={`${one.id} ${cells[0]}`}>
              {cells.map((cell, i) => (
                <td key={HEAD[i]}>{cell}</td>
              ))}
              <td>
                {row === 0 && (
                  <>
                    {one.config && !one.evaluation?.complete && (
                      <button
                        type="button"
                        {...unless(heldUp(one, subject, working))}
                        onClick={() => askEvaluation(one.id)}
                      >
                        Go on
                      </button>
                    )}{' '}
                    <button
                      type="button"
                      {...unless(one.open ? 'It goes on.' : null)}
                      onClick={() => deleteEvaluation(one.id)}
                    >
                      Delete
                    </button>
                  </>
                )}
              </td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  );
}

import { bytesText } from '../../data/bytes';
import type { ModelPlan } from '../../library/memory-plan';
import { CACHE_NOTE } from '../../library/plan-note';
import { nameShown } from './names';
import styles from './Plan.module.css';
import { PURPOSES, verdict } from './plan-words';

interface Props {
  plan: ModelPlan;
  /** The form takes this row's setting. */
  onTake(row: ModelPlan['rows'][number]): void;
}

/** Every way to use a model, with its bytes by purpose. */
export function PlanTable({ plan, onTake }: Props) {
  return (
    <>
      <h2>
        {nameShown(plan.name)}: {plan.family}, {plan.parameters.toLocaleString('en-US')} parameters in all
      </h2>
      <section className={styles.scroll} aria-label="Memory by use">
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Use</th>
              <th scope="col">Weights as</th>
              {PURPOSES.map(([name, label]) => (
                <th key={name} scope="col" data-right>
                  {label}
                </th>
              ))}
              <th scope="col">Fits</th>
              <th scope="col">
                <span className="visually-hidden">Take it</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {plan.rows.map((row, i) => (
              <tr key={`${row.use} ${row.weightFormat}`} aria-current={i === plan.chosen}>
                <th scope="row">{row.use}</th>
                <td>{row.weightFormat}</td>
                {PURPOSES.map(([name]) => (
                  <td key={name} data-number data-right>
                    {bytesText(row.bytes[name])}
                  </td>
                ))}
                <td className={row.refused ? styles.problem : styles.caption} data-wide>
                  {verdict(row, plan.room)}
                </td>
                <td>
                  {row.capacity.training &&
                    (i === plan.chosen ? (
                      <span className={styles.caption}>chosen</span>
                    ) : (
                      <button
                        type="button"
                        aria-label={`Take ${row.use}, weights as ${row.weightFormat}`}
                        onClick={() => onTake(row)}
                      >
                        Take
                      </button>
                    ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className={styles.caption}>{CACHE_NOTE}</p>
    </>
  );
}

import { useId, useRef } from 'react';
import { bytesText } from '../../data/bytes';
import type { ModelPlan } from '../../library/memory-plan';
import { nameShown } from './names';
import styles from './Plan.module.css';
import { PlanTable } from './PlanTable';
import { PURPOSES, verdict } from './plan-words';
import { useModels } from './store';

interface Props {
  plan: ModelPlan;
  onTake(setting: 'loraRank' | 'weightFormat', text: string): void;
}

/** What the form's own setting takes of the device's memory, whether it fits, and the other ways to use the model. */
export function PlanSummary({ plan, onTake }: Props) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const memory = useModels((s) => s.memory);
  const row = plan.rows[plan.chosen];
  return (
    <div className={styles.summary}>
      {row && (
        <>
          <table className={styles.parts}>
            <caption>GPU memory of this setting</caption>
            <tbody>
              {PURPOSES.map(([name, label]) => (
                <tr key={name}>
                  <th scope="row">{label}</th>
                  <td data-number>{bytesText(row.bytes[name])}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className={row.refused ? styles.problem : styles.caption}>{verdict(row, plan.room)}</p>
        </>
      )}
      <label htmlFor={id}>Memory of this GPU, GB</label>
      <input
        id={id}
        type="text"
        inputMode="decimal"
        placeholder="unknown"
        value={memory}
        aria-describedby={`${id}-doc`}
        onChange={({ target }) => useModels.setState({ memory: target.value })}
      />
      <p id={`${id}-doc`} className={styles.caption}>
        WebGPU does not tell it. Without it, only the largest buffer is checked ({bound(plan)}).
      </p>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        All ways to use this model …
      </button>
      <dialog ref={dialog} className={styles.dialog} aria-label={`Memory of ${nameShown(plan.name)}`}>
        <PlanTable
          plan={plan}
          onTake={(taken) => {
            onTake('loraRank', String(taken.capacity.lora?.rank ?? 0));
            if (taken.capacity.lora) onTake('weightFormat', taken.weightFormat);
            dialog.current?.close();
          }}
        />
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </dialog>
    </div>
  );
}

const bound = ({ room }: ModelPlan): string =>
  Number.isFinite(room.binding) ? `${bytesText(room.binding)} at most` : 'no device is open yet';

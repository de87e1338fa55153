import { signed, signOf } from '../../format';
import { takeChain } from '../actions/takeChain';
import styles from './Search.module.css';
import type { Branch } from './tree';

/** Steps as nested lists: the PMI of each branch, and the responses that ended to take. */
export function Tree({ branches, label }: { branches: readonly Branch[]; label: string }) {
  return (
    <ul className={styles.tree} aria-label={label}>
      {branches.map((branch) => (
        <Step key={branch.node.id} branch={branch} />
      ))}
    </ul>
  );
}

function Step({ branch: { node, chosen, branches } }: { branch: Branch }) {
  const { id, text, score, conditional, marginal, entropy, samples, kept, ended, depth } = node;
  const gain = conditional - marginal;
  return (
    <li data-chosen={chosen} data-cut={!kept}>
      <div className={styles.step}>
        <span data-number data-sign={signOf(score)} title="PMI with the question by step, mean up to here, nats">
          {signed(score)}
        </span>
        <span
          className={styles.gain}
          data-number
          title={`of this step: log p(step | question, …) ${signed(conditional)}, log p(step | …) ${signed(marginal)}`}
        >
          {signed(gain)}
        </span>
        <span className={styles.text} dir="auto">
          {text.trim() || '↵'}
        </span>
        {samples > 0 && (
          <span className={styles.note} title="mean entropy of the step’s tokens, nats, and the steps drawn after it">
            H {entropy.toFixed(2)} → {samples}
          </span>
        )}
        {!kept && <span className={styles.note}>cut off</span>}
        {chosen && ended && <span className={styles.note}>chosen</span>}
        {ended && (
          <button type="button" onClick={() => takeChain(id)}>
            Look at it
          </button>
        )}
      </div>
      {branches.length > 0 && <Tree branches={branches} label={`Steps after step ${depth}`} />}
    </li>
  );
}

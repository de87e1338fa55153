import { isReachable, useLab } from '../state/store';
import { PlanSummary } from './PlanSummary';
import styles from './Section.module.css';
import { confirmName } from './shelf';
import { hostOf, mayLook, useModels } from './store';
import { TokenField } from './TokenField';

interface Props {
  name: string;
  /** A row of the plan's table was taken: the form's setting and its new text. */
  onTake(setting: 'loraRank' | 'weightFormat', text: string): void;
}

/** What is known of a model before it is downloaded: its size, what it takes, or why it cannot be had. */
export function ModelFacts({ name, onTake }: Props) {
  const described = useModels((s) => (s.described?.name === name ? s.described : null));
  const allowed = useModels((s) => mayLook(s, name));
  const host = useModels((s) => hostOf(s, name));
  const reachable = useLab((s) => isReachable(s.engine.state));
  if (!reachable) return null; // nobody is there to look
  if (!allowed) {
    return (
      <div className={styles.facts}>
        <p className={styles.caption}>The link names a model of {host}. Nothing has been asked of it yet.</p>
        <button type="button" onClick={() => confirmName(name)}>
          Look at it
        </button>
      </div>
    );
  }
  if (!described || (described.waiting && !described.plan))
    return (
      <div className={styles.known}>
        <p className={styles.caption}>Reading what the model is …</p>
      </div>
    );
  const { plan, refused } = described;
  if (refused)
    return (
      <div className={styles.facts} role="alert">
        <p className={styles.problem}>{refused.message}</p>
        {refused.kind === 'denied' && <TokenField label="Try again with it" />}
      </div>
    );
  if (!plan) return null;
  return (
    <div className={styles.known}>
      <p className={styles.caption}>
        {plan.family}; the whole model has {plan.parameters.toLocaleString('en-US')} parameters, stored as{' '}
        {plan.weightFormat}; made for {plan.maxPositions.toLocaleString('en-US')} tokens of context.
      </p>
      <PlanSummary plan={plan} onTake={onTake} />
    </div>
  );
}

import { useEffect } from 'react';
import { ActionButton } from '../ActionButton';
import { changeSftSetting } from '../actions/changeSftSetting';
import { lookAtData, stopLooking } from '../actions/lookAtData';
import { whyBusy } from '../actions/startRun';
import { perform } from '../hooks';
import { said } from '../models/names';
import { confirmName } from '../models/shelf';
import { hostOf, mayLook, mayRead, useModels } from '../models/store';
import { useLab } from '../state/store';
import { TokenText } from '../tokens/TokenText';
import { unless } from '../unless';
import styles from './DataPreview.module.css';
import { epochsWanted, updatesOf } from './form';
import { learntMarks } from './losses';

/** Time after the last change before the data are looked at, ms. */
const QUIET = 300;

const count = (n: number): string => n.toLocaleString('en-US');

/** What the engine found in the data: how much, the first example as the model reads it, and what is left out. */
export function DataPreview() {
  const { preview, looking } = useLab((s) => s.sft);
  const { data } = useLab((s) => s.sft.draft);
  const allowed = useModels((s) => mayRead(s, data));
  const host = useModels((s) => hostOf(s, data));
  const busy = useLab(whyBusy);
  const updates = useLab((s) => updatesOf(s.sft));
  const wanted = useLab((s) => epochsWanted(s.sft));
  useLookAhead();
  if (looking)
    return (
      <p className={styles.note}>
        Reading …{' '}
        <button type="button" onClick={() => void stopLooking()}>
          Stop reading
        </button>
      </p>
    );
  if (!allowed)
    return (
      <>
        <p className={styles.note}>These data lie on {host}. Nothing has been asked of it yet.</p>
        <button type="button" onClick={() => confirmName(data)}>
          Look at the data
        </button>
      </>
    );
  if (preview === null)
    return (
      <>
        <p className={styles.note}>What this model would learn from these data shows here.</p>
        <ActionButton action={lookAtData} />
      </>
    );
  if ('refused' in preview) return <p className={styles.refused}>{said(preview.refused)}</p>;
  const { examples, tokens, heldOut, leftOut, longest, templated, why, unused, first, separator, warning } = preview;
  return (
    <section className={styles.preview} aria-label="Data preview">
      <p>
        {count(examples)} examples to learn from, {count(tokens)} tokens, the longest {count(longest)}.{' '}
        {heldOut > 0
          ? `${heldOut} more ${heldOut === 1 ? 'is' : 'are'} held out and measured.`
          : 'None is held out: there will be no held-out loss.'}
      </p>
      {wanted !== null && (
        <p role="status">
          {updates === 1 ? 'One update' : `${updates} updates`} in all: too few to learn much.{' '}
          <button type="button" {...unless(busy)} onClick={() => changeSftSetting('epochs', String(wanted))}>
            Make it {wanted} epochs
          </button>
        </p>
      )}
      {leftOut > 0 && (
        <details>
          <summary>{count(leftOut)} left out</summary>
          <ul>
            {why.map((w) => (
              <li key={w.number}>
                example {w.number}: {w.why}
              </li>
            ))}
            {leftOut > why.length && <li>and {count(leftOut - why.length)} more</li>}
          </ul>
        </details>
      )}
      {unused.length > 0 && (
        <p className={styles.note}>
          Not used: {unused.map(({ name, examples: n }) => `${name} (in ${count(n)})`).join(', ')}.
        </p>
      )}
      {warning && <p className={styles.note}>{warning}</p>}
      <details open>
        <summary>The first example, {templated ? 'in the model’s chat template' : 'in plain words'}</summary>
        <TokenText tokens={first.tokens} separator={separator} marks={learntMarks(first)} />
        <p className={styles.note}>The marked tokens are learnt, with the token that ends the answer.</p>
      </details>
    </section>
  );
}

/** Looks at the data where nobody has to be asked who should not be. */
function useLookAhead(): void {
  const { model, data, maxLength } = useLab((s) => s.sft.draft);
  const allowed = useModels((s) => mayLook(s, model) && mayRead(s, data));
  const asks = useLab(({ sft }) => allowed && !sft.looking && sft.preview === null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answer depends on these three
  useEffect(() => {
    if (!asks) return;
    const timer = setTimeout(() => perform(lookAtData), QUIET);
    return () => clearTimeout(timer);
  }, [asks, model, data, maxLength]);
}

import { type KeyboardEvent, type SyntheticEvent, useLayoutEffect, useRef, useState } from 'react';
import type { ExampleLosses } from '../../runs/sft-events';
import { percent, plain, tokenText } from '../format';
import { Legend } from '../heatmap/Legend';
import { keepOneTabStop, moveTabStop, neighbour } from '../heatmap/roving';
import { useThrottled } from '../hooks';
import { useLab } from '../state/store';
import styles from './BatchLosses.module.css';
import { ExampleTokens } from './ExampleTokens';
import { LOSS, lossAt, meanLoss } from './losses';

/** A batch stays on screen at least this long, ms: a small model takes several updates a second. */
const DWELL_MS = 1500;

interface Picked {
  readonly example: ExampleLosses;
  readonly token: number;
}

/** Examples of the last batch, each learnt token tinted by how surprising it was. */
export function BatchLosses() {
  const batch = useThrottled(
    useLab((s) => s.snapshot.sft?.batch ?? null),
    DWELL_MS,
  );
  const [picked, setPicked] = useState<Picked | null>(null);
  const region = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (region.current) keepOneTabStop(region.current);
  });
  const pick = (event: SyntheticEvent): void => {
    const span = tokenSpan(event.target);
    const row = span?.parentElement;
    const example = row && batch?.examples[Number(row.dataset.rollout)];
    if (!span || !example || !region.current) return;
    if (event.type === 'focus') moveTabStop(region.current, span);
    setPicked({ example, token: [...row.children].indexOf(span) });
  };
  const onKey = (event: KeyboardEvent): void => {
    const span = tokenSpan(event.target);
    const next = span && region.current && neighbour(region.current, span, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <section ref={region} aria-label="Losses of the batch" onPointerOver={pick} onFocus={pick} onKeyDown={onKey}>
      <h2>Losses by token{batch && <span className={styles.step}> in update {batch.step}</span>}</h2>
      {batch === null ? (
        <p className={styles.empty}>
          Examples show here with every update: the darker a token, the less the model expected it.
        </p>
      ) : (
        <>
          <Legend measure={LOSS} />
          <p className={styles.detail}>
            {picked ? <Reading {...picked} /> : 'Point at a token, or move to it with the arrow keys.'}
          </p>
          <ol className={styles.examples}>
            {batch.examples.map((example, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: places in the batch
              <li key={i}>
                <ExampleTokens example={example} marks="loss" index={i} />
                <span className={styles.mean} data-number title="mean loss of its learnt tokens, nats">
                  {plain(meanLoss(example))}
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

const tokenSpan = (target: EventTarget): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('[data-rollout] > span') : null;

/** The token's numbers. */
function Reading({ example, token }: Picked) {
  const loss = lossAt(example, token);
  return (
    <>
      <span className={styles.token}>{tokenText(example.tokens[token])}</span>{' '}
      {loss === null ? (
        'is given.'
      ) : (
        <span data-number>
          −log p = {plain(loss)} nats, p = {percent(Math.exp(-loss))}
          {example.learnt[token - example.from] === 1 ? '' : ', not learnt'}
        </span>
      )}
    </>
  );
}

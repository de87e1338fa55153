import { memo, useState } from 'react';
import type { Separator } from '../../runs/separator';
import type { ExampleLosses } from '../../runs/sft-events';
import { percent, plain, tokenText } from '../format';
import { Legend } from '../heatmap/Legend';
import { useThrottled } from '../hooks';
import { stepOf } from '../state/snapshot';
import { useLab } from '../state/store';
import { TokenRegion } from '../tokens/TokenRegion';
import { TokenText } from '../tokens/TokenText';
import type { TokenPlace } from '../tokens/walk';
import styles from './BatchLosses.module.css';
import { LOSS, lossAt, lossMarks, meanLoss } from './losses';

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
  const at = useLab((s) => stepOf(s.snapshot));
  const separator = useLab((s) => s.snapshot.separator);
  const [picked, setPicked] = useState<Picked | null>(null);
  const pick = (at: TokenPlace | null): void => {
    const example = at && batch?.examples[at.text];
    if (example) setPicked({ example, token: at.token });
  };
  return (
    <TokenRegion label="Losses of the batch" onFocus={pick} onPoint={pick}>
      <h2>
        Losses by token
        {batch && <span className={styles.step}> of {batch.step === at ? 'this' : 'an earlier'} update</span>}
      </h2>
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
              <Example key={i} example={example} place={i} separator={separator} />
            ))}
          </ol>
        </>
      )}
    </TokenRegion>
  );
}

interface ExampleProps {
  example: ExampleLosses;
  place: number;
  separator: Separator;
}

/** An example as the model reads it. What is not learnt is muted. */
const Example = memo(function Example({ example, place, separator }: ExampleProps) {
  return (
    <li>
      <TokenText tokens={example.tokens} separator={separator} marks={lossMarks(example)} place={place} />
      <span className={styles.mean} data-number title="mean loss of its learnt tokens, nats">
        {plain(meanLoss(example))}
      </span>
    </li>
  );
});

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

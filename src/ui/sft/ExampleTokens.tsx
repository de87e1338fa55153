import { memo } from 'react';
import type { ExampleLosses } from '../../runs/sft-events';
import { tokenText } from '../format';
import { tintOf } from '../heatmap/measures';
import tints from '../heatmap/Tints.module.css';
import styles from './ExampleTokens.module.css';
import { LOSS, lossAt } from './losses';

interface Props {
  example: ExampleLosses;
  /** What the tint says: which tokens are learnt, or how surprising each learnt one was. */
  marks: 'learnt' | 'loss';
  /** Place among its neighbours, where its tokens can be walked through. */
  index?: number;
}

/** An example as the model reads it. What is not learnt is muted. */
export const ExampleTokens = memo(function ExampleTokens({ example, marks, index }: Props) {
  const { tokens, from, learnt } = example;
  return (
    <p className={`${styles.tokens} ${tints.tints}`} data-scale="amount" data-rollout={index}>
      {tokens.map((token, i) => {
        const isLearnt = i >= from && learnt[i - from] === 1;
        const loss = lossAt(example, i);
        const tint = !isLearnt ? undefined : marks === 'learnt' ? 1 : loss === null ? 0 : tintOf(loss, LOSS);
        return (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a token's place is what it is
            key={i}
            tabIndex={index === undefined ? undefined : -1}
            data-learnt={isLearnt}
            data-tint={tint}
          >
            {tokenText(token)}
          </span>
        );
      })}
    </p>
  );
});

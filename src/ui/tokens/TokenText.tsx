import { useLayoutEffect, useRef } from 'react';
import type { Separator } from '../../runs/separator';
import type { Sequence } from '../state/series';
import { FlowingText } from './flowing';
import type { Marks } from './painter';
import { type Ruled, RuledText } from './RuledText';
import tints from './Tints.module.css';
import styles from './TokenText.module.css';

interface Flowing {
  readonly tokens: Sequence<string>;
  readonly separator: Separator;
  readonly marks: Marks;
  /** Place among its neighbours in a TokenRegion; left out where its tokens are not to be walked through. */
  readonly place?: number;
}

/**
 * Tokens as the text that they are, each tinted by a column. A text that may grow from frame to frame flows; of a long
 * one, whose pieces are known, only the lines on screen are in the document.
 */
export function TokenText(props: Flowing | Ruled) {
  return 'pieces' in props ? <RuledText {...props} /> : <Flow {...props} />;
}

function Flow({ tokens, separator, marks, place }: Flowing) {
  const host = useRef<HTMLDivElement>(null);
  const text = useRef<FlowingText>(null);
  useLayoutEffect(() => {
    if (!host.current) return;
    if (text.current?.host !== host.current) text.current = new FlowingText(host.current, place !== undefined);
    text.current.write(tokens, separator, marks);
  });
  return (
    <div
      ref={host}
      className={`${styles.text} ${tints.tints}`}
      data-text={place}
      data-scale={marks.scale.scale}
      data-words={separator !== '' || undefined}
    />
  );
}

import { Fragment } from 'react';
import { Formula } from './Formula';
import { bitsOf, fill } from './markup';
import { Sign } from './Sign';
import styles from './Sign.module.css';

interface Props {
  text: string;
  values?: Readonly<Record<string, string | number>>;
}

/** A text of the words, with its symbols and formulas. What follows one without a blank stays on its line. */
export function Prose({ text, values = {} }: Props) {
  const bits = bitsOf(fill(text, values));
  return bits.map((bit, i) => {
    const before = bits[i - 1] !== undefined && bits[i - 1].kind !== 'text';
    const next = bits[i + 1];
    const [after] = next?.kind === 'text' ? (/^\S*/.exec(next.text) ?? ['']) : [''];
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: bits of a text do not move
      <Fragment key={i}>
        {bit.kind === 'text' ? (
          bit.text.replace(before ? /^\S*/ : '', '')
        ) : (
          <span className={styles.whole}>
            {bit.kind === 'symbol' ? <Sign name={bit.name} /> : <Formula name={bit.name} />}
            {after}
          </span>
        )}
      </Fragment>
    );
  });
}

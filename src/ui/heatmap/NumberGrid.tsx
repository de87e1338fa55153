import { plain, signed, signOf } from '../format';
import { MathSymbol } from './MathSymbol';
import styles from './NumberGrid.module.css';

export interface NumberEntry {
  readonly name: string;
  readonly doc: string;
  readonly value: number;
  /** With its sign, or an amount. */
  readonly signed: boolean;
  /** In the colour of its sign: for u and its differences. */
  readonly tinted?: boolean;
}

/** Names and numbers in two columns. */
export function NumberGrid({ entries }: { entries: readonly NumberEntry[] }) {
  return (
    <dl className={styles.grid} style={{ gridTemplateRows: `repeat(${Math.ceil(entries.length / 2)}, auto)` }}>
      {entries.map(({ name, doc, value, signed: isSigned, tinted }) => (
        <div key={name} title={doc}>
          <dt>
            <MathSymbol name={name} />
          </dt>
          <dd data-number data-sign={tinted ? signOf(value, 3) : undefined}>
            {isSigned ? signed(value, 3) : plain(value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

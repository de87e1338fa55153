import { create } from 'zustand';
import { useWords } from './language';
import styles from './Sign.module.css';
import { SYMBOLS, type SymbolName } from './symbols';

/** The symbol that is pointed at or focused. */
const useExplained = create<{ readonly name: SymbolName | null }>(() => ({ name: null }));

export const explain = (name: SymbolName | null): void => useExplained.setState({ name });

/** A symbol that says what it is when it is pointed at, focused or touched. */
export function Sign({ name }: { name: SymbolName }) {
  const { symbols } = useWords();
  return (
    <button
      type="button"
      className={styles.sign}
      aria-label={`${SYMBOLS[name]}: ${symbols[name].name}`}
      onPointerEnter={() => explain(name)}
      onPointerLeave={() => explain(null)}
      onFocus={() => explain(name)}
      onBlur={() => explain(null)}
    >
      {SYMBOLS[name]}
    </button>
  );
}

/** What the symbol in hand is; it has its place from the beginning. */
export function Explained() {
  const { symbols, frame } = useWords();
  const name = useExplained((s) => s.name);
  return (
    <p className={styles.explained}>
      {name ? (
        <>
          <strong className={styles.letter}>{SYMBOLS[name]}</strong> {symbols[name].name}: {symbols[name].doc}
        </>
      ) : (
        frame.pointAtSymbol
      )}
    </p>
  );
}

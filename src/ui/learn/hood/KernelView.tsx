import kernels from 'virtual:kernel-formulas';
import { type SyntheticEvent, useLayoutEffect, useMemo, useRef, useState } from 'react';
import formula from '../Formula.module.css';
import { useKernelWords, useWords } from '../language';
import { fill } from '../markup';
import styles from './KernelView.module.css';
import { stemOf } from './profile';
import { type Line, linesOf, linesWith, type Symbols } from './wgsl';

/** A kernel's formula and its code; a symbol that is pointed at or focused, in either, is marked in both. */
export function KernelView({ name, code }: { name: string; code: string }) {
  const { hood } = useWords();
  const said = useKernelWords();
  const stem = stemOf(name, Object.keys(kernels));
  const row = stem === null ? null : kernels[stem];
  const symbols: Symbols = row?.symbols ?? {};
  const lines = useMemo(() => linesOf(code, symbols), [code, symbols]);
  const [symbol, look] = useState<string | null>(null);
  const box = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    for (const place of box.current?.querySelectorAll('[data-symbol]') ?? [])
      place.toggleAttribute('data-marked', place.getAttribute('data-symbol') === symbol);
  });
  const point = ({ target }: SyntheticEvent): void =>
    look((target as Element).closest('[data-symbol]')?.getAttribute('data-symbol') ?? null);
  const known = symbol !== null && Object.hasOwn(symbols, symbol) ? symbol : null;
  return (
    <section
      ref={box}
      className={styles.kernel}
      aria-label={fill(hood.kernelOf, { name })}
      onPointerOver={point}
      onPointerLeave={() => look(null)}
      onFocus={point}
      onBlur={() => look(null)}
    >
      <h4>{name}</h4>
      {row && (
        // biome-ignore lint/security/noDangerouslySetInnerHtml: KaTeX's output, made when the page was built
        <div className={`${formula.formula} ${styles.formula}`} dangerouslySetInnerHTML={{ __html: row.formula }} />
      )}
      <SymbolButtons symbols={symbols} />
      <p className={styles.meaning} role="status">
        {known
          ? `${said(symbols[known].is)}. ${fill(hood.lines, { lines: linesWith(lines, known).join(', ') })}`
          : hood.point}
      </p>
      <Code lines={lines} label={fill(hood.code, { name })} />
    </section>
  );
}

/** For those who go by key. */
function SymbolButtons({ symbols }: { symbols: Symbols }) {
  const said = useKernelWords();
  return (
    <p className={styles.symbols}>
      {Object.entries(symbols).map(([symbol, row]) => (
        <button key={symbol} type="button" data-symbol={symbol} aria-label={`${row.in[0]}: ${said(row.is)}`}>
          {row.in[0]}
        </button>
      ))}
    </p>
  );
}

function Code({ lines, label }: { lines: readonly Line[]; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
    <section className={styles.code} tabIndex={0} aria-label={label}>
      <pre>
        {lines.map((line, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines do not move
          <span key={i} className={styles.line} data-comment={line.comment || undefined}>
            {line.pieces.map(({ text, symbol }, k) =>
              symbol === null ? (
                text
              ) : (
                // biome-ignore lint/suspicious/noArrayIndexKey: nor do their pieces
                <span key={k} data-symbol={symbol}>
                  {text}
                </span>
              ),
            )}
            {'\n'}
          </span>
        ))}
      </pre>
    </section>
  );
}

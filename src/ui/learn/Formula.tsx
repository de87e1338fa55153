import formulas from 'virtual:formulas';
import { type PointerEvent, useMemo } from 'react';
import styles from './Formula.module.css';
import { explain, Sign } from './Sign';
import { type SymbolName, symbolOf } from './symbols';

/** A formula of formulas.json; its letters explain themselves under the pointer. */
export function Formula({ name }: { name: string }) {
  const point = ({ target }: PointerEvent): void => {
    const letter = (target as Element).closest('mi')?.textContent ?? '';
    explain(symbolOf(letter));
  };
  return (
    <span
      className={styles.formula}
      onPointerOver={point}
      onPointerLeave={() => explain(null)}
      // biome-ignore lint/security/noDangerouslySetInnerHtml: KaTeX's output, made when the page was built
      dangerouslySetInnerHTML={{ __html: formulas[name] }}
    />
  );
}

/** A formula on a line of its own, and the symbols in it for those who go by key. */
export function Display({ name }: { name: string }) {
  const symbols = useMemo(() => symbolsIn(formulas[name]), [name]);
  return (
    <figure className={styles.display}>
      <Formula name={name} />
      <figcaption className={styles.symbols}>
        {symbols.map((symbol) => (
          <Sign key={symbol} name={symbol} />
        ))}
      </figcaption>
    </figure>
  );
}

/** In the order in which they come. */
export function symbolsIn(mathml: string): SymbolName[] {
  const letters = [...mathml.replace(/<annotation.*<\/annotation>/, '').matchAll(/<mi[^>]*>([^<]+)<\/mi>/g)];
  return [...new Set(letters.flatMap(([, letter]) => symbolOf(letter) ?? []))];
}

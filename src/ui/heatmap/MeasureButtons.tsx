import { MathSymbol } from './MathSymbol';
import styles from './MeasureButtons.module.css';
import type { Measure } from './measures';

interface Props<Name extends string> {
  measures: Readonly<Partial<Record<Name, Pick<Measure, 'label' | 'doc'>>>>;
  chosen: Name;
  onChoose(name: Name): void;
}

/** What the tint shows. */
export function MeasureButtons<Name extends string>({ measures, chosen, onChoose }: Props<Name>) {
  return (
    <fieldset className={styles.measures}>
      <legend className="visually-hidden">Tint shows</legend>
      {(Object.entries(measures) as [Name, Pick<Measure, 'label' | 'doc'>][]).map(([name, { label, doc }]) => (
        <button key={name} type="button" aria-pressed={chosen === name} title={doc} onClick={() => onChoose(name)}>
          <MathSymbol name={label} />
        </button>
      ))}
    </fieldset>
  );
}

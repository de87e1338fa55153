import { excerpt } from '../../data/visible';
import { nameShown } from '../models/names';
import styles from './ComparePage.module.css';
import { useCompare } from './store';

/** The evaluations that this browser keeps (Inspect, Evaluate), to choose from; nothing where there is none. */
export function EvaluationPicker() {
  const { storedEvaluations, chosenEvaluations } = useCompare();
  if (storedEvaluations.length === 0) return null;
  const toggle = (name: string): void =>
    useCompare.setState({
      chosenEvaluations: chosenEvaluations.includes(name)
        ? chosenEvaluations.filter((other) => other !== name)
        : [...chosenEvaluations, name],
    });
  return (
    <>
      <h2>Stored evaluations</h2>
      <ul className={styles.runs}>
        {storedEvaluations.map(({ name, model, datasets, complete }) => (
          <li key={name}>
            <label>
              <input type="checkbox" checked={chosenEvaluations.includes(name)} onChange={() => toggle(name)} />
              <span>
                {excerpt(datasets.map((d) => nameShown(d.name)).join(', '))}: {nameShown(model)}
                {complete ? '' : ', unfinished'}
                <span className={styles.doc}> {name}</span>
              </span>
            </label>
          </li>
        ))}
      </ul>
    </>
  );
}

import type { PhaseName } from '../../antisd/phases';
import { milliseconds } from '../format';
import styles from './PhaseBars.module.css';

const PHASES: readonly PhaseName[] = ['sample', 'score', 'backward', 'update'];

interface Props {
  /** Of the last step; left out before there is one, so that its place is kept. */
  readonly last?: { readonly phaseMs: Record<PhaseName, number>; readonly seconds: number };
}

/** Where the last step's time went. */
export function PhaseBars({ last }: Props) {
  const longest = Math.max(1, ...PHASES.map((phase) => last?.phaseMs[phase] ?? 0));
  return (
    <table className={styles.bars}>
      <caption>last step, {last ? milliseconds(last.seconds * 1000) : 'none yet'}</caption>
      <tbody>
        {PHASES.map((phase) => (
          <tr key={phase}>
            <th scope="row">{phase}</th>
            <td className={styles.bar}>
              <span style={{ width: `${(100 * (last?.phaseMs[phase] ?? 0)) / longest}%` }} />
            </td>
            <td data-number>{last ? milliseconds(last.phaseMs[phase]) : '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

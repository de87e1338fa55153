import type { PhaseName } from '../../antisd/phases';
import { milliseconds } from '../format';
import styles from './PhaseBars.module.css';

const PHASES: readonly PhaseName[] = ['sample', 'score', 'backward', 'update'];

/** Where the last step's time went. */
export function PhaseBars({ phaseMs, seconds }: { phaseMs: Record<PhaseName, number>; seconds: number }) {
  const longest = Math.max(1, ...PHASES.map((phase) => phaseMs[phase]));
  return (
    <table className={styles.bars}>
      <caption>last step, {milliseconds(seconds * 1000)}</caption>
      <tbody>
        {PHASES.map((phase) => (
          <tr key={phase}>
            <th scope="row">{phase}</th>
            <td className={styles.bar}>
              <span style={{ width: `${(100 * phaseMs[phase]) / longest}%` }} />
            </td>
            <td data-number>{milliseconds(phaseMs[phase])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

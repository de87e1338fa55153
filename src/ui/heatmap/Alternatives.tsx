import type { Alternative } from '../../lab/events';
import { percent, tokenText } from '../format';
import styles from './Alternatives.module.css';

const SHOWN = 5;

interface Props {
  student: readonly Alternative[] | undefined;
  teacher: readonly Alternative[] | undefined;
  chosen: string;
}

/** What student and teacher would rather have said here, by probability. */
export function Alternatives({ student, teacher, chosen }: Props) {
  if (!student || !teacher)
    return (
      <p className={styles.none}>
        The top alternatives are known only while a run is live; stored runs do not keep them.
      </p>
    );
  return (
    <div className={styles.pair}>
      <Side title="Student" rows={student} chosen={chosen} />
      <Side title="Teacher" rows={teacher} chosen={chosen} />
    </div>
  );
}

function Side({ title, rows, chosen }: { title: string; rows: readonly Alternative[]; chosen: string }) {
  return (
    <table className={styles.side}>
      <caption>{title}’s top tokens</caption>
      <tbody>
        {rows.slice(0, SHOWN).map(({ token, logprob }) => (
          <tr key={token} data-chosen={token === chosen}>
            <th scope="row">{tokenText(token)}</th>
            <td className={styles.bar}>
              <span style={{ width: `${100 * Math.exp(logprob)}%` }} />
            </td>
            <td data-number>{percent(Math.exp(logprob))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

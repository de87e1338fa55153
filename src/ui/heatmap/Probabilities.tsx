import type { Alternative } from '../../runs/events';
import { percent, tokenText } from '../format';
import styles from './Probabilities.module.css';

interface Props {
  title: string;
  rows: readonly Alternative[];
  /** The token that stands there. */
  chosen: string;
  /** Its tokens are buttons. */
  onChoose?(token: string): void;
}

/** What a model would rather have said at a place, as bars. */
export function Probabilities({ title, rows, chosen, onChoose }: Props) {
  return (
    <table className={styles.side}>
      <caption>{title}</caption>
      <tbody>
        {rows.map(({ token, logprob }, rank) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two tokens of a vocabulary may read alike; ranks do not move
          <tr key={rank} data-chosen={token === chosen}>
            <th scope="row">
              {onChoose ? (
                <button type="button" onClick={() => onChoose(token)}>
                  {tokenText(token)}
                </button>
              ) : (
                tokenText(token)
              )}
            </th>
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

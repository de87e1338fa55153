import { bytesText } from '../../../data/bytes';
import { useWords } from '../language';
import { fill } from '../markup';
import styles from './MemoryPicture.module.css';
import { memoryOf, type ToldProfile } from './profile';

/** Tensors of a purpose that are drawn by themselves. */
const DRAWN = 24;

/** The memory that was planned before the step: a bar a purpose, a piece of it a tensor, all to one scale. */
export function MemoryPicture({ profile }: { profile: ToldProfile }) {
  const { hood } = useWords();
  const rows = memoryOf(profile);
  const [most] = rows.map(({ bytes }) => bytes);
  const total = rows.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <>
      <p>{fill(hood.memoryTotal, { bytes: bytesText(total), tensors: profile.memory.length })}</p>
      <table className={styles.memory}>
        <tbody>
          {rows.map(({ purpose, tensors, bytes }) => (
            <tr key={purpose}>
              <th scope="row">{hood.purposes[purpose]}</th>
              <td>
                <div className={styles.tensors} style={{ width: `${(100 * bytes) / most}%` }} aria-hidden="true">
                  {tensors.slice(0, DRAWN).map((t) => (
                    <span key={t.label} style={{ flexGrow: t.bytes }} title={`${t.label}: ${bytesText(t.bytes)}`} />
                  ))}
                  {tensors.length > DRAWN && (
                    <span
                      style={{ flexGrow: tensors.slice(DRAWN).reduce((sum, t) => sum + t.bytes, 0) }}
                      title={fill(hood.more, { n: tensors.length - DRAWN })}
                    />
                  )}
                </div>
              </td>
              <td data-number data-right>
                {bytesText(bytes)}
              </td>
              <td className={styles.largest}>
                {fill(hood.largest, { name: tensors[0].label, bytes: bytesText(tensors[0].bytes) })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

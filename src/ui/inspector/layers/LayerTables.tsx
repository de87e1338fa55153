import { layerFigures } from '../../../inspect/analysis';
import type { LayerReading } from '../../../inspect/types';
import { signed, signOf, tokenText } from '../../format';
import { MathSymbol } from '../../heatmap/MathSymbol';
import tabs from '../tabs/Tabs.module.css';
import styles from './Layers.module.css';

interface Props {
  reading: LayerReading;
  layer: number;
}

/** One token by layer, the last on top: its signal, and what each side would say there. */
export function TokenByLayer({ reading, layer, token, name }: Props & { token: number; name: string }) {
  const { u, H_S, H_T, information, likeliest } = reading;
  return (
    <Table
      caption={`Token ${token + 1}, ${name}`}
      heads={['u', 'H_S', 'H_T', ...(information ? ['I'] : []), 'likeliest']}
      reading={reading}
      layer={layer}
      row={(l) => (
        <>
          <Signed x={u[l][token]} />
          <td data-number>{H_S[l][token].toFixed(2)}</td>
          <td data-number>{H_T[l][token].toFixed(2)}</td>
          {information && <Signed x={information[l][token]} />}
          <td className={`${tabs.right} ${styles.best}`} title="of the student, of the teacher" dir="auto">
            {tokenText(likeliest.student[l][token])} | {tokenText(likeliest.teacher[l][token])}
          </td>
        </>
      )}
    />
  );
}

/** The whole response by layer. */
export function ResponseByLayer({ reading, layer }: Props) {
  const figures = layerFigures(reading);
  return (
    <Table
      caption="The whole response: sum of u, means of the others"
      heads={['Σu', 'H_S', 'H_T', ...(reading.information ? ['I'] : [])]}
      reading={reading}
      layer={layer}
      row={(l) => {
        const { sumU, studentEntropy, teacherEntropy, information } = figures[l];
        return (
          <>
            <Signed x={sumU} />
            <td data-number>{studentEntropy.toFixed(2)}</td>
            <td data-number>{teacherEntropy.toFixed(2)}</td>
            {information !== null && <Signed x={information} />}
          </>
        );
      }}
    />
  );
}

const Signed = ({ x }: { x: number }) => (
  <td data-number data-sign={signOf(x)}>
    {signed(x)}
  </td>
);

interface TableProps extends Props {
  caption: string;
  heads: readonly string[];
  row(layer: number): React.ReactNode;
}

function Table({ caption, heads, reading, layer, row }: TableProps) {
  return (
    <div className={styles.wide}>
      <table className={tabs.table}>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">layer</th>
            {heads.map((head) => (
              <th key={head} scope="col" className={tabs.right}>
                <MathSymbol name={head} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from(reading.u.keys())
            .reverse()
            .map((l) => (
              <tr key={l} data-current={l === layer}>
                <th scope="row">{l + 1}</th>
                {row(l)}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}

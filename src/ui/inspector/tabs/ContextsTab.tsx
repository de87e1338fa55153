import { sum } from '../../../antisd/statistics';
import { INSPECT_MODES } from '../../../inspect/types';
import { signed, signOf } from '../../format';
import { chooseContext } from '../actions/chooseContext';
import { MODE_LABELS } from '../choices/modes';
import { Strip } from '../Strip';
import { isAsked, useInspector } from '../store';
import styles from './Tabs.module.css';

/** Where bars reach the edge, nats: as in the paper's figure. */
const DOMAIN = 2;

/** The same response under every context mode; a row is taken by a click. */
export function ContextsTab() {
  const effects = useInspector((s) => s.effects?.list);
  const mode = useInspector((s) => s.context.mode);
  const focused = useInspector((s) => s.focused);
  const working = useInspector((s) => isAsked(s, 'contexts'));
  if (!effects || effects.length === 0)
    return (
      <p className={styles.empty}>
        {working
          ? 'The response is scored under every context …'
          : 'The effect of every context shows once the response is scored.'}
      </p>
    );
  return (
    <table className={styles.table}>
      <caption>
        u of the same response under every context, ±{DOMAIN} nats; choose one to see it above
        {working && ` (${effects.length} of ${INSPECT_MODES.length})`}
      </caption>
      <colgroup>
        <col className={styles.name} />
        <col />
        <col className={styles.figure} />
      </colgroup>
      <thead>
        <tr>
          <th scope="col">teacher is shown</th>
          <th scope="col">u by token</th>
          <th scope="col" className={styles.right}>
            Σu
          </th>
        </tr>
      </thead>
      <tbody>
        {effects.map(({ mode: name, u, origin }) => (
          <tr key={name} data-current={name === mode}>
            <th scope="row">
              <button
                type="button"
                title={origin}
                aria-pressed={name === mode}
                onClick={() => chooseContext({ mode: name })}
              >
                {MODE_LABELS[name]}
              </button>
            </th>
            <td>
              <Strip
                values={u}
                domain={DOMAIN}
                marked={focused}
                label={`u under the context “${MODE_LABELS[name]}”: sum ${signed(sum(u))} nats`}
              />
            </td>
            <td data-number data-sign={signOf(sum(u))}>
              {signed(sum(u))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

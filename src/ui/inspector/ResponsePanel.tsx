import { Legend } from '../heatmap/Legend';
import { MeasureButtons } from '../heatmap/MeasureButtons';
import { MEASURES, measuresOf } from '../heatmap/measures';
import { piecesOf } from '../tokens/pieces';
import type { Ruled } from '../tokens/RuledText';
import { TokenRegion } from '../tokens/TokenRegion';
import { TokenText } from '../tokens/TokenText';
import { ArmChoice } from './ArmChoice';
import { editResponse } from './actions/editTexts';
import { ExportMenu } from './export/ExportMenu';
import styles from './ResponsePanel.module.css';
import { type InspectMeasure, isAsked, useInspector } from './store';
import { useView, type View } from './view';

const NO_TOKENS = { tokens: [], spans: [] };

/** The response: its tokens in the tint of a measure, or as it is being written. */
export function ResponsePanel() {
  const view = useView();
  const revision = useInspector((s) => s.revision);
  const focused = useInspector((s) => s.focused);
  const generating = useInspector((s) => s.generating);
  const editing = useInspector((s) => s.editing === 'response');
  const response = useInspector((s) => s.texts.response);
  const waiting = useInspector((s) => isAsked(s, 'device', 'main', 'problem', 'prompts', 'score'));
  const plainText = generating ?? (view ? null : response);
  return (
    <section className={styles.panel} aria-label="Response">
      <div className={styles.head}>
        <h2>
          Response <Verdict view={view} />
        </h2>
        <div className={styles.tools}>
          <button
            type="button"
            aria-pressed={editing}
            onClick={() => useInspector.setState({ editing: editing ? null : 'response' })}
          >
            Edit
          </button>
          <ExportMenu />
        </div>
      </div>
      <div className={styles.head}>
        <MeasureButtons<InspectMeasure>
          measures={view?.measures ?? measuresOf(false)}
          chosen={view?.measureName ?? 'u'}
          onChoose={(measure) => useInspector.setState({ measure })}
        />
        {(view?.measureName === 'term' || view?.measureName === 'advantage') && <ArmChoice />}
      </div>
      <Legend measure={view?.measure ?? MEASURES.u} />
      {editing && (
        <textarea
          className={styles.editor}
          aria-label="Response, editable"
          spellCheck={false}
          dir="auto"
          rows={4}
          value={response}
          onChange={(event) => editResponse(event.target.value)}
        />
      )}
      <div className={styles.flow} aria-busy={waiting} data-waiting={waiting && view !== null}>
        {plainText !== null ? (
          <Unscored text={plainText} waiting={waiting} writing={generating !== null} />
        ) : (
          view && (
            <Tokens
              key={revision}
              pieces={view.pieces}
              count={view.count}
              marks={{ values: view.values, scale: view.measure, u: view.columns.u }}
              focused={focused}
              follow={false}
            />
          )
        )}
      </div>
    </section>
  );
}

function Verdict({ view }: { view: View | null }) {
  const verdict = useInspector((s) => s.verdict);
  if (!view) return null;
  return (
    <span className={styles.verdict}>
      {view.count.toLocaleString('en-US')} tokens{verdict && `, ${verdict.reward === 1 ? '✓' : '✗'} ${verdict.reason}`}
    </span>
  );
}

/** Text that has no scores yet. */
function Unscored({ text, waiting, writing }: { text: string; waiting: boolean; writing: boolean }) {
  if (text === '')
    return (
      <p className={styles.empty}>
        {writing
          ? 'The student begins …'
          : waiting
            ? 'The response shows here, token by token, once the model is open.'
            : 'There is no response yet. Take a sample answer, generate one, or write your own with Edit.'}
      </p>
    );
  const pieces = piecesOf(NO_TOKENS, text).map((piece) => ({ ...piece, look: 'text' as const }));
  return <Tokens pieces={pieces} count={0} marks={{ values: null, scale: MEASURES.u }} focused={0} follow={writing} />;
}

/** The response's text, with the keyboard's place in it. */
function Tokens(text: Omit<Ruled, 'onFocus'>) {
  const focus = (focused: number): void => useInspector.setState({ focused });
  return (
    <TokenRegion
      label="Response, token by token"
      className={styles.text}
      scrolls
      onFocus={({ token }) => focus(token)}
      onPoint={(at) => useInspector.setState({ pointed: at?.token ?? null })}
    >
      <TokenText {...text} onFocus={focus} />
    </TokenRegion>
  );
}

import { unless } from '../../unless';
import { takeSample } from '../actions/editTexts';
import { generateResponse, stopGenerating } from '../actions/generateResponse';
import { type InspectState, isAsked, useInspector } from '../store';
import styles from './Choices.module.css';
import { NumberField } from './NumberField';

const sampling = (patch: Partial<InspectState['sampling']>): void =>
  useInspector.setState((s) => ({ sampling: { ...s.sampling, ...patch } }));

/** Where the response comes from: a sample answer, or the student itself. */
export function AnswerPanel() {
  const samples = useInspector((s) => s.problem?.samples);
  const sample = useInspector((s) => s.sample);
  const { temperature, maxNewTokens, seed } = useInspector((s) => s.sampling);
  const why = useInspector(({ main, texts }) =>
    main === null ? 'Once a model is open.' : texts.student === '' ? 'Once there is a prompt.' : null,
  );
  const generating = useInspector((s) => isAsked(s, 'generate'));
  return (
    <section className={styles.panel} aria-label="Response to look at">
      <h2>Response</h2>
      {samples && samples.length > 0 && (
        <div className={styles.samples}>
          {samples.map(({ label, text, right }) => (
            <button key={label} type="button" aria-pressed={sample === label} onClick={() => takeSample(label, text)}>
              {right ? '✓' : '✗'} {label}
            </button>
          ))}
        </div>
      )}
      <div className={styles.fields}>
        <NumberField
          label="Temperature"
          shown
          value={temperature}
          min={0}
          max={5}
          onChange={(v) => sampling({ temperature: v })}
        />
        <NumberField
          label="Longest"
          shown
          value={maxNewTokens}
          min={1}
          max={4096}
          whole
          onChange={(v) => sampling({ maxNewTokens: v })}
        />
        <NumberField
          label="Sampling seed"
          shown
          value={seed}
          min={0}
          max={1e9}
          whole
          onChange={(v) => sampling({ seed: v })}
        />
      </div>
      {generating ? (
        <button type="button" className={styles.wide} onClick={stopGenerating}>
          Stop
        </button>
      ) : (
        <button type="button" className={styles.wide} {...unless(why)} onClick={generateResponse}>
          Generate a response
        </button>
      )}
    </section>
  );
}

import { tokenText } from '../format';
import { MEASURES, type Measure } from '../heatmap/measures';
import { TokenRegion } from '../tokens/TokenRegion';
import { TokenText } from '../tokens/TokenText';
import { BLANK } from './bench';
import styles from './Figure.module.css';
import { useWords } from './language';
import { type PartName, rowsIn, type TakenStep } from './step';

/** What the tokens wear in each part: nothing before they are scored. */
const WORN: Readonly<Partial<Record<PartName, Measure>>> = {
  score: MEASURES.u,
  gate: MEASURES.H_T,
  advantage: MEASURES.advantage,
  update: MEASURES.advantage,
};

interface Props {
  step: TakenStep;
  part: PartName;
  onPick(place: { text: number; token: number }): void;
}

/** The step's responses, in what the part knows of them. */
export function StepRollouts({ step, part, onPick }: Props) {
  const { step: words } = useWords().chapters;
  const { rollouts } = step;
  const worn = WORN[part];
  const rows = rowsIn(step);
  const judged = part !== 'sample';
  return (
    <TokenRegion label={words.rollouts} onFocus={onPick} onPoint={() => {}}>
      <ul className={styles.rollouts}>
        {rollouts.map(({ question, reward, reason, tokens }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two rollouts of a group may read alike
          <li key={i}>
            {rollouts[i - 1]?.question !== question && <p className={styles.asked}>{question}</p>}
            <div className={styles.rollout}>
              <span title={judged ? reason : undefined}>{judged ? (reward ? '✓' : '✗') : ''}</span>
              <TokenText
                tokens={tokens}
                separator={BLANK}
                marks={{
                  values: worn ? worn.of(rows[i]) : null,
                  scale: worn ?? MEASURES.u,
                  u: worn ? rows[i].u : null,
                }}
                place={i}
              />
              {part === 'context' && <span className={styles.quiet}>{shownTo(rollouts[i], words.sources)}</span>}
            </div>
          </li>
        ))}
      </ul>
    </TokenRegion>
  );
}

/** What the teacher reads besides the problem, for a rollout. */
const shownTo = (
  { context = 'none', solution }: TakenStep['rollouts'][number],
  sources: Readonly<Record<string, string>>,
): string => `c: ${sources[context] ?? context}${solution ? `, “${tokenText(solution)}”` : ''}`.replaceAll('·', ' ');

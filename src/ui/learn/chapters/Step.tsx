import { useEffect, useState } from 'react';
import { signed, tokenText } from '../../format';
import { MEASURES, type Measure } from '../../heatmap/measures';
import { TokenRegion } from '../../tokens/TokenRegion';
import { TokenText } from '../../tokens/TokenText';
import { giveAnswer } from '../answers';
import { BLANK, useBench } from '../bench';
import styles from '../Figure.module.css';
import { useWords } from '../language';
import { fill } from '../markup';
import { Prose } from '../Prose';
import { StepColumns, StepFacts } from '../StepFacts';
import {
  goOn,
  leaveStep,
  mostPraised,
  openStep,
  PARTS,
  type PartName,
  partsOf,
  rowsIn,
  type TakenStep,
  takeOwnStep,
  useStep,
} from '../step';

/** What the tokens wear in each part: nothing before they are scored. */
const WORN: Readonly<Partial<Record<PartName, Measure>>> = {
  score: MEASURES.u,
  gate: MEASURES.H_T,
  advantage: MEASURES.advantage,
  update: MEASURES.advantage,
};

interface Place {
  readonly rollout: number;
  readonly token: number;
}

/** (g) One step of training, part by part, with the arrays that it was made of. On this device it waits between them. */
export default function Step() {
  useEffect(() => {
    void openStep();
    return leaveStep;
  }, []);
  const { bench } = useWords();
  const { step, failure, taken } = useStep();
  return (
    <div className={styles.figure}>
      <StepOrigin />
      {failure && <p role="alert">{failure}</p>}
      {step ? <Walk key={taken} step={step} /> : <p>{bench.waiting}</p>}
    </div>
  );
}

function StepOrigin() {
  const { bench, chapters, hood } = useWords();
  const { origin, step, device } = useStep();
  const { busy, progress, failure } = useBench();
  const words = chapters.step;
  const what = progress?.what ?? bench.busy;
  const doing = Object.hasOwn(hood.phases, what) ? hood.phases[what as keyof typeof hood.phases] : what;
  const waits = busy && origin === 'live' && step?.stage !== 'update';
  return (
    <div className={styles.choice}>
      <span className={styles.quiet}>{fill(origin === 'live' ? bench.live : words.recorded, { device })}</span>
      {'gpu' in navigator ? (
        <button type="button" disabled={busy} onClick={() => void takeOwnStep()}>
          {words.take}
        </button>
      ) : (
        <span className={styles.quiet}>{bench.noGpu}</span>
      )}
      {busy && <span role="status">{waits ? words.waits : `${doing} …`}</span>}
      {failure && <span role="alert">{failure}</span>}
    </div>
  );
}

function Walk({ step }: { step: TakenStep }) {
  const { step: words } = useWords().chapters;
  const [asked, ask] = useState(0);
  const [place, setPlace] = useState<Place>({ rollout: 0, token: 0 });
  const done = partsOf(step);
  const at = Math.min(asked, done - 1); // a part that is not done yet is shown once it is
  const part = PARTS[at];
  const { rollout, token } = place;
  const row = rowsIn(step)[rollout];
  const { tokens } = step.rollouts[rollout];
  const next = (): void => {
    ask(at + 1);
    if (at + 1 === done) void goOn();
  };
  const say = (): void => {
    const advantage = row.advantage[token];
    giveAnswer(
      'step',
      `rollout ${rollout + 1}, token ${token + 1}, ${signed(advantage)}`,
      advantage === mostPraised(step),
    );
  };
  return (
    <div className={styles.figure}>
      <fieldset className={styles.choice}>
        <legend className="visually-hidden">{words.parts}</legend>
        {PARTS.map((name, i) => (
          <button key={name} type="button" aria-pressed={i === at} disabled={i >= done} onClick={() => ask(i)}>
            {i + 1} {words.names[name]}
          </button>
        ))}
      </fieldset>
      <p>
        <Prose text={words.docs[part]} />
      </p>
      <StepFacts step={step} part={part} />
      <Rollouts step={step} part={part} onPick={({ text, token }) => setPlace({ rollout: text, token })} />
      <StepColumns row={row} tokens={tokens} part={part} marked={token} />
      <p className={styles.choice}>
        {at + 1 < PARTS.length && (
          <button type="button" disabled={asked > at} onClick={next}>
            {fill(words.next, { part: words.names[PARTS[at + 1]] })}
          </button>
        )}
        {part === 'advantage' && (
          <button type="button" className={styles.start} onClick={say}>
            {fill(words.check, { token: tokenText(tokens[token]), at: token + 1 })}
          </button>
        )}
      </p>
    </div>
  );
}

interface RolloutsProps {
  step: TakenStep;
  part: PartName;
  onPick(place: { text: number; token: number }): void;
}

/** The step's responses, in what the part knows of them. */
function Rollouts({ step, part, onPick }: RolloutsProps) {
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

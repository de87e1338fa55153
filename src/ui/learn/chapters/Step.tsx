import { useEffect, useState } from 'react';
import { signed, tokenText } from '../../format';
import { unless } from '../../unless';
import { giveAnswer } from '../answers';
import { useBench } from '../bench';
import { Failure } from '../Failure';
import styles from '../Figure.module.css';
import { useLabWords, useWords } from '../language';
import { fill } from '../markup';
import { Prose } from '../Prose';
import { StepColumns, StepFacts } from '../StepFacts';
import { StepRollouts } from '../StepRollouts';
import {
  goOn,
  leaveStep,
  mostPraised,
  openStep,
  PARTS,
  partsOf,
  rowsIn,
  type TakenStep,
  takeOwnStep,
  useStep,
} from '../step';

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
      <Failure why={failure} />
      {step ? <Walk key={taken} step={step} /> : <p>{bench.waiting}</p>}
    </div>
  );
}

function StepOrigin() {
  const { bench, chapters, hood } = useWords();
  const { origin, step, device } = useStep();
  const { busy, progress, failure } = useBench();
  const said = useLabWords();
  const words = chapters.step;
  const what = progress?.what ?? bench.busy;
  const doing = Object.hasOwn(hood.phases, what) ? hood.phases[what as keyof typeof hood.phases] : said(what);
  const waits = busy && origin === 'live' && step?.stage !== 'update';
  return (
    <div className={styles.choice}>
      <span className={styles.quiet}>{fill(origin === 'live' ? bench.live : words.recorded, { device })}</span>
      {'gpu' in navigator ? (
        <button type="button" {...unless(busy ? bench.busy : null)} onClick={() => void takeOwnStep()}>
          {words.take}
        </button>
      ) : (
        <span className={styles.quiet}>{bench.noGpu}</span>
      )}
      {busy && <span role="status">{waits ? words.waits : `${doing} …`}</span>}
      <Failure why={failure} />
    </div>
  );
}

function Walk({ step }: { step: TakenStep }) {
  const { bench, chapters } = useWords();
  const words = chapters.step;
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
          <button
            key={name}
            type="button"
            aria-pressed={i === at}
            {...unless(i >= done ? words.waits : null)}
            onClick={() => ask(i)}
          >
            {i + 1} {words.names[name]}
          </button>
        ))}
      </fieldset>
      <p>
        <Prose text={words.docs[part]} />
      </p>
      <StepFacts step={step} part={part} />
      <StepRollouts step={step} part={part} onPick={({ text, token }) => setPlace({ rollout: text, token })} />
      <StepColumns row={row} tokens={tokens} part={part} marked={token} />
      <p className={styles.choice}>
        {at + 1 < PARTS.length && (
          <button type="button" {...unless(asked > at ? bench.busy : null)} onClick={next}>
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

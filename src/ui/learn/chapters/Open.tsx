import { useState } from 'react';
import type { TrainConfig } from '../../../settings/config';
import { giveAnswer } from '../answers';
import styles from '../Figure.module.css';
import { LabLink } from '../LabLink';
import { useWords } from '../language';

/** Questions that the paper leaves open, each with the settings that ask it. Their words go by the same names. */
export const QUESTIONS = {
  shape: { arm: 'antisd', divergence: 'hellinger' },
  noise: { arm: 'antisd', wrongShare: 0.3 },
  calibration: { arm: 'antisd', lambda: 1 },
  schedule: { arm: 'antisd', lambdaSchedule: 'linear' },
  seeds: { arm: 'antisd-paper', seed: 1 },
  control: { arm: 'entropy-bonus' },
  signalOnly: { arm: 'antisd-only' },
} as const satisfies Record<string, Partial<TrainConfig>>;
type Question = keyof typeof QUESTIONS;
const NAMES = Object.keys(QUESTIONS) as readonly Question[];

/** (j) What nobody knows yet, one click from the run that would tell; the guess comes first. */
export default function Open() {
  const { open: words } = useWords().chapters;
  const [guesses, guess] = useState<Readonly<Partial<Record<Question, number>>>>({});
  return (
    <ul className={styles.open}>
      {NAMES.map((name) => {
        const { ask, link } = words.questions[name];
        const follow = (): void => {
          const guessed = guesses[name];
          if (guessed !== undefined) giveAnswer('open', `${name}: ${GUESSES[guessed]}`, true);
        };
        return (
          <li key={name}>
            <p>{ask}</p>
            <fieldset className={styles.choice}>
              <legend className="visually-hidden">{words.expect}</legend>
              {words.guesses.map((label, i) => (
                <button
                  key={label}
                  type="button"
                  aria-pressed={guesses[name] === i}
                  onClick={() => guess({ ...guesses, [name]: i })}
                >
                  {label}
                </button>
              ))}
            </fieldset>
            <LabLink to={QUESTIONS[name]} onFollow={follow}>
              {link}
            </LabLink>
          </li>
        );
      })}
    </ul>
  );
}

/** What is kept of a guess, whatever the language. */
const GUESSES = ['better', 'alike', 'worse'];

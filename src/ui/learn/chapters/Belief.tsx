import { useState } from 'react';
import { plain, signed, signOf } from '../../format';
import { BeliefCurve } from '../../heatmap/BeliefCurve';
import { Probabilities } from '../../heatmap/Probabilities';
import { giveAnswer } from '../answers';
import styles from '../Figure.module.css';
import { useWords } from '../language';
import { fill } from '../markup';
import { Prose } from '../Prose';
import { Sign } from '../Sign';
import { CHOICES, misleads, posterior, type Said, SECRETS, type Secret, signalsOf } from '../small-world';

/** (c) A world of six secrets: what each word tells of the one that was chosen, counted out in full. */
export default function Belief() {
  const { belief: words } = useWords().chapters;
  const [c, choose] = useState<Secret>(5);
  const [text, write] = useState<readonly string[]>([]);
  const say = (place: number, word: string): void => {
    const said = [...text.slice(0, place), word];
    write(said);
    if (said.length === CHOICES.length) giveAnswer('belief', `c=${c}: ${said.join(' ')}`, misleads(signalsOf(said, c)));
  };
  const said = signalsOf(text, c);
  return (
    <div className={styles.figure}>
      <fieldset className={styles.choice}>
        <legend>{words.secret}</legend>
        {SECRETS.map((secret) => (
          <button key={secret} type="button" aria-pressed={secret === c} onClick={() => choose(secret)}>
            {secret}
          </button>
        ))}
      </fieldset>
      <div className={styles.controls}>
        {CHOICES.map((choices, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the places of the text do not move
          <fieldset key={place} className={styles.choice} disabled={place > text.length}>
            <legend>{words.places[place]}</legend>
            {choices.map((word) => (
              <button key={word} type="button" aria-pressed={text[place] === word} onClick={() => say(place, word)}>
                {words.vocabulary[word as keyof typeof words.vocabulary] ?? word}
              </button>
            ))}
          </fieldset>
        ))}
      </div>
      {said.length > 0 && (
        <>
          <Account said={said} />
          <BeliefCurve u={said.map(({ u }) => u)} marked={said.length - 1} words={words.curve} />
        </>
      )}
      <Posterior text={text} c={c} />
    </div>
  );
}

/** The words with their s, t and u, and the sum. */
function Account({ said }: { said: readonly Said[] }) {
  const { belief: words } = useWords().chapters;
  const sum = said.reduce((total, { u }) => total + u, 0);
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{words.word}</th>
          {(['t', 's', 'u'] as const).map((name) => (
            <th key={name} scope="col">
              <Sign name={name} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {said.map(({ word, s, t, u }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: words do not move
          <tr key={i}>
            <th scope="row">{words.vocabulary[word as keyof typeof words.vocabulary] ?? word}</th>
            <td data-number>log {plain(Math.exp(t))}</td>
            <td data-number>log {plain(Math.exp(s))}</td>
            <td data-number data-sign={signOf(u, 3)}>
              {signed(u, 3)}
            </td>
          </tr>
        ))}
        <tr>
          <th scope="row">Σ</th>
          <td />
          <td />
          <td data-number data-sign={signOf(sum, 3)}>
            {signed(sum, 3)}
          </td>
        </tr>
      </tbody>
    </table>
  );
}

/** How likely each secret is after the words, and the other side of the equation. */
function Posterior({ text, c }: { text: readonly string[]; c: Secret }) {
  const { belief: words } = useWords().chapters;
  const now = posterior(text);
  const gain = Math.log(now[c - 1]) - Math.log(1 / SECRETS.length);
  return (
    <>
      <Probabilities
        title={words.posterior}
        rows={now.map((p, i) => ({ token: String(SECRETS[i]), logprob: Math.log(p) }))}
        chosen={String(c)}
      />
      <p data-number>
        <Prose text={fill(words.gain, { now: plain(now[c - 1]), before: '1/6', gain: signed(gain, 3) })} />
      </p>
    </>
  );
}

import { useMemo, useState } from 'react';
import { signed, tokenText } from '../../format';
import { MEASURES } from '../../heatmap/measures';
import { tintOf } from '../../tokens/tint';
import { unless } from '../../unless';
import { giveAnswer } from '../answers';
import { type Sheet, useBench } from '../bench';
import styles from '../Figure.module.css';
import { useWords } from '../language';
import { fill } from '../markup';
import { Origin } from '../Origin';
import { SheetText } from '../SheetText';
import { useBenchSheet } from '../useBenchSheet';

type Colour = -1 | 0 | 1;
const COLOURS: readonly Colour[] = [-1, 0, 1];
/** Tokens of each colour that are asked for, at most. */
const OF_EACH = 3;
/** Right guesses that will do, as a share. */
export const ENOUGH = 2 / 3;

/** The colour that the heatmap gives a token. */
export const colourOf = (u: number): Colour => Math.sign(tintOf(u, MEASURES.u)) as Colour;

/** Tokens worth a guess: of each colour the strongest, and of the bare ones the first; in the order of the text. */
export function askedOf({ scored: { u } }: Pick<Sheet, 'scored'>): number[] {
  const all = Array.from(u, (_, i) => i);
  const of = (colour: Colour) => all.filter((i) => colourOf(u[i]) === colour);
  const strongest = (colour: Colour) => of(colour).sort((a, b) => Math.abs(u[b]) - Math.abs(u[a]));
  return [strongest(-1), of(0), strongest(1)].flatMap((some) => some.slice(0, OF_EACH)).sort((a, b) => a - b);
}

/** (d) Guess a token's colour, then see it. */
export default function Colours() {
  const sheet = useBenchSheet();
  const at = useBench((s) => s.at);
  const { bench } = useWords();
  return (
    <>
      <Origin />
      {sheet ? <Guessing key={at} sheet={sheet} /> : <p>{bench.waiting}</p>}
    </>
  );
}

function Guessing({ sheet }: { sheet: Sheet }) {
  const { colours: words } = useWords().chapters;
  const { tokens, u } = sheet.scored;
  const asked = useMemo(() => askedOf(sheet), [sheet]);
  const [guesses, guess] = useState<Readonly<Record<number, Colour>>>({});
  const [shown, show] = useState(false);
  const right = asked.filter((i) => guesses[i] === colourOf(u[i])).length;
  const reveal = (): void => {
    show(true);
    giveAnswer('colours', `${right} of ${asked.length}`, right >= ENOUGH * asked.length);
  };
  return (
    <div className={styles.figure}>
      <p className={styles.asked}>{sheet.problem.question}</p>
      <SheetText sheet={sheet} label={words.response} values={shown ? u : null} telling={shown} onPick={() => {}} />
      <ul className={styles.guesses}>
        {asked.map((i) => (
          <li key={i}>
            <span className={styles.token}>
              … {tokens[i - 1] && tokenText(tokens[i - 1])} <strong>{tokenText(tokens[i])}</strong>
            </span>
            <fieldset disabled={shown}>
              <legend className="visually-hidden">{fill(words.guess, { token: tokens[i], at: i + 1 })}</legend>
              {COLOURS.map((colour) => (
                <button
                  key={colour}
                  type="button"
                  aria-pressed={guesses[i] === colour}
                  onClick={() => guess({ ...guesses, [i]: colour })}
                >
                  {words.names[colour + 1]}
                </button>
              ))}
            </fieldset>
            {shown && (
              <span data-number data-sign={colourOf(u[i])}>
                {guesses[i] === colourOf(u[i]) ? '✓' : '✗'} {signed(u[i])}
              </span>
            )}
          </li>
        ))}
      </ul>
      {shown ? (
        <p>
          <strong>{fill(words.score, { right, of: asked.length })}</strong>{' '}
          <button type="button" onClick={() => [guess({}), show(false)]}>
            {words.again}
          </button>
        </p>
      ) : (
        <button
          type="button"
          className={styles.start}
          {...unless(asked.some((i) => guesses[i] === undefined) ? words.question : null)}
          onClick={reveal}
        >
          {words.reveal}
        </button>
      )}
    </div>
  );
}

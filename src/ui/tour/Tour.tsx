import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { usePage } from '../hooks';
import { useWords } from '../learn/language';
import { fill } from '../learn/markup';
import { STOPS } from './stops';
import styles from './Tour.module.css';
import { goTo, useTour } from './tour';

/** Six stops of the training page; Escape, or another page, ends it at any of them. */
export function Tour() {
  const at = useTour((s) => s.at);
  const page = usePage();
  useEffect(() => {
    if (page !== 'train') goTo(null);
  }, [page]);
  if (at === null || page !== 'train') return null;
  return <Stop key={at} at={at} />;
}

function Stop({ at }: { at: number }) {
  const { tour } = useWords();
  const card = useRef<HTMLDivElement>(null);
  const { id } = STOPS[at];
  const place = usePlace(at, card);
  useLayoutEffect(() => card.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    const onKey = ({ key }: KeyboardEvent): void => {
      if (key === 'Escape') leave();
    };
    addEventListener('keydown', onKey); // wherever the focus is by now
    return () => removeEventListener('keydown', onKey);
  }, []);
  const turn = ({ key }: { key: string }): void => {
    if (key === 'ArrowRight' && at + 1 < STOPS.length) goTo(at + 1);
    if (key === 'ArrowLeft' && at > 0) goTo(at - 1);
  };
  return (
    <div
      ref={card}
      role="dialog"
      tabIndex={-1}
      aria-labelledby="tour-title"
      aria-describedby="tour-text"
      className={styles.card}
      style={place}
      onKeyDown={turn}
    >
      <h2 id="tour-title">
        {tour.stops[id].title}{' '}
        <span className={styles.count}>{fill(tour.place, { at: at + 1, of: STOPS.length })}</span>
      </h2>
      <p id="tour-text">{tour.stops[id].text}</p>
      <div className={styles.buttons}>
        <button type="button" disabled={at === 0} onClick={() => goTo(at - 1)}>
          {tour.back}
        </button>
        {at + 1 < STOPS.length ? (
          <button type="button" data-primary onClick={() => goTo(at + 1)}>
            {tour.next}
          </button>
        ) : (
          <a className={styles.learn} href="#learn">
            {tour.learn}
          </a>
        )}
        <button type="button" className={styles.leave} onClick={leave}>
          {tour.leave} <kbd>Esc</kbd>
        </button>
      </div>
    </div>
  );
}

function leave(): void {
  goTo(null);
  document.querySelector<HTMLElement>('header fieldset button:enabled')?.focus();
}

/** Space between the card and what it speaks of. */
const GAP = 8;

/** Marks what the stop is about, brings it on screen and puts the card beside it; on a phone the card lies at the bottom. */
function usePlace(at: number, card: React.RefObject<HTMLElement | null>): React.CSSProperties {
  const [place, setPlace] = useState<React.CSSProperties>({});
  useLayoutEffect(() => {
    const target = document.querySelector<HTMLElement>(STOPS[at].at);
    target?.setAttribute('data-toured', '');
    target?.scrollIntoView({ block: 'center' });
    const move = (): void => {
      if (target && card.current) setPlace(placeBeside(target.getBoundingClientRect(), card.current));
    };
    move();
    addEventListener('resize', move);
    return () => {
      target?.removeAttribute('data-toured');
      removeEventListener('resize', move);
    };
  }, [at, card]);
  return place;
}

/** Below it where there is room, else above it, else over its lower edge; never outside the window. */
function placeBeside(target: DOMRect, { offsetWidth: width, offsetHeight: height }: HTMLElement): React.CSSProperties {
  const left = Math.max(GAP, Math.min(target.left, innerWidth - width - GAP));
  const below = target.bottom + GAP;
  const above = target.top - height - GAP;
  const top = below + height < innerHeight ? below : above > 0 ? above : innerHeight - height - GAP;
  return { '--left': `${left}px`, '--top': `${top}px` } as React.CSSProperties;
}

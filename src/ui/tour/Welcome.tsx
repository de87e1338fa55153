import { useEffect } from 'react';
import notices from '../notices/Notices.module.css';
import { useLab } from '../state/store';
import { beginTour, useTour, welcome } from './tour';

/** A first visit: what this is, in a sentence, and the way round. It goes with the first run. */
export function Welcome() {
  const welcomed = useTour((s) => s.welcomed);
  const begun = useLab((s) => s.source === 'live' || s.asked === 'start');
  useEffect(() => {
    if (begun) welcome();
  }, [begun]);
  if (welcomed) return null;
  return (
    <section className={notices.offer} aria-label="Welcome">
      <p>
        <strong>
          Here a small language model learns by trying, on your own GPU, and you see what every token of it is worth.
        </strong>
      </p>
      <div className={notices.buttons}>
        <button type="button" data-primary onClick={() => void beginTour()}>
          Show me round
        </button>
      </div>
    </section>
  );
}

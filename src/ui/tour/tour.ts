/** Whether somebody is shown round, and at which stop; whether this browser has been here before. */
import { create } from 'zustand';
import { openWords } from '../learn/language';

const KEY = 'antisd-welcomed';

function welcomed(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return true; // where nothing can be remembered, the word of welcome would come each time
  }
}

interface Tour {
  /** The stop, from 0; null: nobody is shown round. */
  readonly at: number | null;
  readonly welcomed: boolean;
}

export const useTour = create<Tour>(() => ({ at: null, welcomed: welcomed() }));

/** The word of welcome was read, or is not needed any more. */
export function welcome(): void {
  if (useTour.getState().welcomed) return;
  useTour.setState({ welcomed: true });
  try {
    localStorage.setItem(KEY, 'yes');
  } catch {
    // Not remembered, still gone.
  }
}

export async function beginTour(): Promise<void> {
  await openWords();
  location.hash = 'train';
  useTour.setState({ at: 0 });
  welcome();
}

export const goTo = (at: number | null): void => useTour.setState({ at });

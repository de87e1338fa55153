/** Whether somebody is shown round, and at which stop; whether this browser has been here before. */

import { create } from 'zustand';
import { openWords } from '../learn/language';
import { remember, remembered } from '../remembered';

const KEY = 'antisd-welcomed';

/** True also where nothing can be remembered: the word of welcome would come each time. */
const welcomed = (): boolean => remembered(KEY) !== null;

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
  remember(KEY, 'yes');
}

export async function beginTour(): Promise<void> {
  await openWords();
  location.hash = 'train';
  useTour.setState({ at: 0 });
  welcome();
}

export const goTo = (at: number | null): void => useTour.setState({ at });

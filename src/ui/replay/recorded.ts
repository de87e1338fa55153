/** The bundled recorded run: what the page shows before a run of one's own. */
import type { RunEvent } from '../../lab/events';
import { useLab } from '../state/store';
import { play } from './player';

const RECORDED = './recorded/two-cards-antisd.json';

/** Loads and plays it, unless a run has begun meanwhile. False where the file is missing or unreadable: the page then starts empty. */
export async function playRecorded(): Promise<boolean> {
  const events = await recordedEvents();
  if (events === null || useLab.getState().source !== 'none') return false;
  play(events, 'recorded');
  return true;
}

async function recordedEvents(): Promise<RunEvent[] | null> {
  try {
    const response = await fetch(RECORDED);
    if (!response.ok) return null;
    const { events } = (await response.json()) as { events?: RunEvent[] };
    return Array.isArray(events) && events.length > 0 ? events : null;
  } catch {
    return null; // no such file, or a server that answers with its index page
  }
}

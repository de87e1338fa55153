/** The bundled recorded runs, one of each kind: what the page shows before a run of one's own. */

import { readEvent } from '../../runs/event-lines';
import type { RunEvent } from '../../runs/events';
import { recording } from '../recording';
import { EMPTY } from '../state/snapshot';
import { type RunKind, useLab } from '../state/store';
import { forgetEvents } from '../trainer';
import { play, stopReplay } from './player';

const RECORDED: Record<RunKind, string> = {
  rl: 'two-cards-antisd.json',
  sft: 'two-cards-sft.json',
};

/** Loads and plays it, unless a run has begun meanwhile. False where the file is missing or unreadable: the page then starts empty. */
export async function playRecorded(): Promise<boolean> {
  const { kind } = useLab.getState();
  const events = await recordedEvents(RECORDED[kind]);
  const now = useLab.getState();
  if (events === null || now.source !== 'none' || now.kind !== kind) return false;
  play(events, 'recorded');
  return true;
}

/** The recorded run of the kind that the page is set to takes the place of another; a live run stays on screen. */
export function playRecordedOf(): void {
  if (useLab.getState().source === 'live') return;
  stopReplay();
  forgetEvents();
  useLab.setState({ source: 'none', snapshot: EMPTY, picked: null, held: null });
  void playRecorded();
}

async function recordedEvents(file: string): Promise<RunEvent[] | null> {
  try {
    const { events } = (await (await recording(file, 'The recorded run')).json()) as { events?: unknown };
    return Array.isArray(events) && events.length > 0 ? events.map(readEvent) : null;
  } catch {
    return null; // no such file, or a server that answers with its index page
  }
}

/** The bundled recorded runs, one of each kind: what the page shows before a run of one's own. */
import { readEvent } from '../../runs/event-lines';
import type { RunEvent } from '../../runs/events';
import { type RunKind, useLab } from '../state/store';
import { play } from './player';

const RECORDED: Record<RunKind, string> = {
  rl: './recorded/two-cards-antisd.json',
  sft: './recorded/two-cards-sft.json',
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

async function recordedEvents(file: string): Promise<RunEvent[] | null> {
  try {
    const response = await fetch(file);
    if (!response.ok) return null;
    const { events } = (await response.json()) as { events?: unknown };
    return Array.isArray(events) && events.length > 0 ? events.map(readEvent) : null;
  } catch {
    return null; // no such file, or a server that answers with its index page
  }
}

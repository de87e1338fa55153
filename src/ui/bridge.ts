/**
 * The page's only line to the worker. Messages are collected and folded into the store once a frame (once a second
 * while the tab is hidden, where no frames come), so the page's work does not grow with the engine's chatter.
 */

import type { LabCommand, LabMessage } from '../engine/protocol';
import type { RunEvent } from '../runs/events';
import { attachShelf } from './models/shelf';
import { afterMessages as afterModelMessages, useModels } from './models/store';
import { afterPreview } from './sft/form';
import { fold } from './state/snapshot';
import { type LabState, useLab } from './state/store';
import { Viewing } from './state/viewing';

const HIDDEN_INTERVAL_MS = 1000;

/** What the bridge needs of a Worker. */
export interface Line {
  postMessage(command: LabCommand): void;
  onmessage: ((message: MessageEvent<LabMessage>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

/** Answers that are acted on, not shown. */
export interface Answers {
  run(events: readonly RunEvent[]): void;
  /** At once: events that follow are of this run. */
  continued(run: Extract<LabMessage, { type: 'continued' }>): void;
  exported(files: Extract<LabMessage, { type: 'exported' }>['files']): void;
}

let line: Line | null = null;
let onAnswer: Answers | null = null;
let waiting: LabMessage[] = [];
let scheduled = false;
const viewing = new Viewing();

/** Begins to listen; `open` asks the worker for the adapter. */
export function connect(worker: Line, answers: Answers): void {
  line = worker;
  onAnswer = answers;
  worker.onmessage = ({ data }) => receive(data);
  worker.onerror = (event) =>
    receive({
      type: 'unavailable',
      reason: event.message || 'The engine could not be loaded. Reload the page; if it stays so, report it.',
    });
  // A frame that was asked for before the tab was hidden does not come; a timer does.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden && scheduled) setTimeout(flush, HIDDEN_INTERVAL_MS);
  });
  attachShelf({
    drop: (files) => send({ type: 'drop', files }),
    access: (access) => send({ type: 'access', access }),
  });
  send({ type: 'open' });
  send({ type: 'list-models' });
  send({ type: 'list-runs' }); // the newest may have been cut off
}

export function send(command: LabCommand): void {
  if (command.type === 'step' || command.type === 'resume') viewing.next();
  line?.postMessage(command);
}

/** Takes a message for the next frame. The replay player hands its events in here too. */
export function receive(message: LabMessage): void {
  if (message.type === 'continued') {
    onAnswer?.continued(message);
    return;
  }
  if (message.type !== 'event') waiting.push(message);
  else for (const event of viewing.admit(message.event, performance.now())) waiting.push({ type: 'event', event });
  if (scheduled) return;
  scheduled = true;
  if (document.hidden) setTimeout(flush, HIDDEN_INTERVAL_MS);
  else requestAnimationFrame(flush);
}

/** Forgets events that were received for a snapshot that is being replaced. */
export function forgetEvents(): void {
  waiting = waiting.filter((message) => message.type !== 'event');
  viewing.next();
}

function flush(): void {
  scheduled = false;
  if (waiting.length === 0) return;
  const messages = waiting;
  waiting = [];
  useLab.setState((state) => afterMessages(state, messages));
  useModels.setState((state) => afterModelMessages(state, messages));
  for (const message of messages) {
    if (message.type === 'run') onAnswer?.run(message.events);
    else if (message.type === 'exported') onAnswer?.exported(message.files);
  }
}

/** What a frame's messages change. */
export function afterMessages(state: LabState, messages: readonly LabMessage[]): Partial<LabState> {
  const patch: Partial<LabState> = {};
  const events: RunEvent[] = [];
  for (const message of messages) {
    switch (message.type) {
      case 'event':
        events.push(message.event);
        break;
      case 'opened':
        patch.engine = { state: 'ready', device: message.device };
        break;
      case 'unavailable':
        patch.engine = { state: 'unavailable', reason: message.reason };
        patch.asked = null;
        break;
      case 'runs':
        patch.runs = message.runs;
        break;
      case 'run':
      case 'continued':
      case 'exported':
      case 'dropped':
      case 'models':
      case 'described':
      case 'loading':
        break;
      case 'previewed':
        patch.sft = afterPreview(patch.sft ?? state.sft, message);
        break;
      case 'problem':
        if (!message.kind) patch.problem = message.message; // the others are shown with their remedies
        patch.asked = null;
        break;
      default:
        message satisfies never;
    }
  }
  if (events.length > 0) {
    patch.snapshot = fold(state.snapshot, events);
    if (events.some(answers)) patch.asked = null;
  }
  return patch;
}

/** Events that settle what was asked: a pause came, a run began or ended. */
const answers = (event: RunEvent): boolean =>
  event.type === 'start' ||
  event.type === 'sft-start' ||
  event.type === 'done' ||
  event.type === 'fault' ||
  (event.type === 'phase' && event.phase === 'paused');

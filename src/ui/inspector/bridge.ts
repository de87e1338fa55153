/**
 * The inspector's line to its Worker. A lane of work waits for one command at most; answers to others came too late and
 * are dropped. Messages are folded into the store once a frame, and what each leads to is asked for after that.
 */
import type { InspectCommand, InspectMessage, Texts } from '../../inspect/protocol';
import { attachShelf } from '../models/shelf';
import { afterMessages } from './fold';
import { LANES, type Lane, laneOf, useInspector } from './store';

/** What the bridge needs of a Worker. */
export interface InspectLine {
  postMessage(command: InspectCommand): void;
  onmessage: ((message: MessageEvent<InspectMessage>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

let line: InspectLine | null = null;
let onAnswer: (message: InspectMessage, lane: Lane) => void = () => {};
let lastId = 0;
let waiting: InspectMessage[] = [];
let scheduled = false;

/** Begins to listen. `answered` is told of every answer that was waited for, after the store has it. */
export function connectInspector(worker: InspectLine, answered: typeof onAnswer): void {
  line = worker;
  onAnswer = answered;
  attachShelf({
    drop: (files) => tell({ type: 'drop', files }),
    access: (access) => tell({ type: 'access', access }),
  });
  worker.onmessage = ({ data }) => receive(data);
  worker.onerror = (event) => {
    const message = event.message || 'The engine could not be loaded. Reload the page; if it stays so, report it.';
    for (const { id } of Object.values(useInspector.getState().asked))
      receive({ type: 'failed', id, kind: 'internal', message });
  };
}

export const isConnected = (): boolean => line !== null;

/**
 * Sends a command. What the lane waited for, and what later lanes made of it, is void: the Worker is told to leave it.
 */
export function ask(lane: Lane, command: Without<InspectCommand, 'id'>, texts?: Texts): void {
  leave(...lanesFrom(lane));
  const id = ++lastId;
  useInspector.setState(({ asked }) => ({ asked: { ...asked, [lane]: { id, texts } } }));
  line?.postMessage({ ...command, id } as InspectCommand);
}

/** Sends a command that nobody waits for. */
export function tell(command: Without<InspectCommand, 'id'>): void {
  line?.postMessage({ ...command, id: ++lastId } as InspectCommand);
}

/** Waits for these no longer. */
export function leave(...lanes: readonly Lane[]): void {
  const { asked, progress } = useInspector.getState();
  const rest = { ...asked };
  for (const lane of lanes) {
    const pending = rest[lane];
    if (!pending) continue;
    delete rest[lane];
    tell({ type: 'cancel', of: pending.id });
  }
  const told = Object.values(rest).some(({ id }) => id === progress?.id) ? progress : null;
  useInspector.setState({ asked: rest, progress: told, ...(rest.generate ? {} : { generating: null }) });
}

/** Asks the Worker to stop; it answers with what it has. */
export function stop(lane: Lane): void {
  const pending = useInspector.getState().asked[lane];
  if (pending) tell({ type: 'cancel', of: pending.id });
}

/** Which lanes a change in `lane` makes void: a model or a problem everything that follows, the other model its comparison. */
function lanesFrom(lane: Lane): readonly Lane[] {
  if (lane === 'device') return [lane];
  if (lane === 'other') return [lane, 'compare'];
  return LANES.slice(LANES.indexOf(lane)).filter((l) => l !== 'other');
}

/** Takes a message for the next frame; where no frames come, for the next moment. */
export function receive(message: InspectMessage): void {
  waiting.push(message);
  if (scheduled) return;
  scheduled = true;
  if (document.hidden) setTimeout(flush, 100);
  else requestAnimationFrame(flush);
}

function flush(): void {
  scheduled = false;
  const messages = waiting;
  waiting = [];
  const before = useInspector.getState();
  useInspector.setState(afterMessages(before, messages));
  for (const message of messages) {
    const lane = laneOf(before, message.id);
    if (lane) onAnswer(message, lane);
  }
}

/** What of a message is handed to the page, not copied: the columns of signals. Whoever sends it must not need them again. */
import { buffersOf } from '../antisd/signals';
import type { RunEvent } from '../runs/events';
import type { Message, Reply } from './protocol';

/** Buffers for postMessage's transfer list. */
export function givenAway(message: Message): ArrayBuffer[] {
  if (message.type === 'event') return ofEvents([message.event]);
  return message.type === 'done' ? ofReply(message.reply) : [];
}

function ofReply(reply: Reply): ArrayBuffer[] {
  if (typeof reply !== 'object') return [];
  if ('since' in reply) return ofEvents([...reply.events, ...reply.since]);
  return Array.isArray(reply) ? ofEvents(reply.filter((x): x is RunEvent => 'v' in x)) : [];
}

const ofEvents = (events: readonly RunEvent[]): ArrayBuffer[] =>
  events.flatMap((event) => (event.type === 'signals' ? buffersOf(event.signals) : []));

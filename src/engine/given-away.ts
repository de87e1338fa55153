/** What of a message is handed to the page, not copied: columns, and files. Whoever sends it must not need them again. */
import { buffersOf } from '../antisd/signals';
import type { RunEvent } from '../runs/events';
import type { Message, Part, Reply } from './protocol';

/** Buffers for postMessage's transfer list. */
export function givenAway(message: Message): ArrayBuffer[] {
  switch (message.type) {
    case 'event':
      return ofEvents([message.event]);
    case 'part':
      return ofPart(message.part);
    case 'done':
      return ofReply(message.reply);
    default:
      return [];
  }
}

function ofPart(part: Part): ArrayBuffer[] {
  if (typeof part === 'string') return [];
  if ('stage' in part) return buffersOf(part.signals);
  return 'H_T' in part ? owned([part.t, part.u, part.H_T]) : [];
}

function ofReply(reply: Reply): ArrayBuffer[] {
  if (typeof reply !== 'object') return [];
  if ('since' in reply) return ofEvents([...reply.events, ...reply.since]);
  if ('scored' in reply) {
    const { ids, s, t, u, H_S, H_T } = reply.scored;
    return owned([ids, s, t, u, H_S, H_T]);
  }
  if ('layers' in reply) {
    const { s, t, u, H_S, H_T, information } = reply.layers;
    return owned([s, t, u, H_S, H_T, information ?? []].flat());
  }
  if ('kernels' in reply) return owned([reply.kernel, reply.start, reply.end]);
  if (!Array.isArray(reply)) return [];
  const rows: readonly object[] = reply;
  return [
    ...ofEvents(rows.filter((x): x is RunEvent => 'v' in x)),
    ...owned(rows.flatMap((x) => ('bytes' in x && x.bytes instanceof Uint8Array ? [x.bytes as Bytes] : []))),
  ];
}

const ofEvents = (events: readonly RunEvent[]): ArrayBuffer[] =>
  events.flatMap((event) => ('signals' in event ? buffersOf(event.signals) : []));

type Bytes = Uint8Array<ArrayBuffer>;

/** The buffers of arrays that have one to themselves. */
const owned = (
  arrays: readonly (Bytes | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>)[],
): ArrayBuffer[] =>
  arrays.filter(({ buffer, byteLength }) => buffer.byteLength === byteLength).map(({ buffer }) => buffer);

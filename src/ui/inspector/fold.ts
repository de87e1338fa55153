/** What the Worker's answers change: a pure fold of messages into the inspector's state. */
import type { InspectMessage } from '../../inspect/protocol';
import { type InspectState, type Lane, laneOf } from './store';

/** The state after a frame's messages. Answers that nobody waits for change nothing. */
export function afterMessages(state: InspectState, messages: readonly InspectMessage[]): Partial<InspectState> {
  let now = state;
  for (const message of messages) {
    const lane = laneOf(now, message.id);
    if (lane) now = { ...now, ...afterMessage(now, message, lane) };
  }
  return now;
}

function afterMessage(state: InspectState, message: InspectMessage, lane: Lane): Partial<InspectState> {
  switch (message.type) {
    case 'opened':
      return { ...settled(state, lane), device: { state: 'ready', device: message.device } };
    case 'unavailable':
      return { ...settled(state, lane), device: { state: 'unavailable', reason: message.reason } };
    case 'progress':
      return { progress: message };
    case 'dropped': // told to every Worker, waited for by nobody
      return {};
    case 'loaded': {
      const { slot, open } = message;
      const pointless = slot === 'main' && state.compare === 'adapter-off' && !open.adapter;
      return { ...settled(state, lane), [slot]: open, compare: pointless ? 'nothing' : state.compare };
    }
    case 'unloaded':
      return { [message.slot]: null };
    case 'problem': {
      const { task, problem, samples } = message;
      return { ...settled(state, lane), problem: { task, problem, samples } };
    }
    case 'prompts': {
      const { prompts, verdict } = message;
      const { edited, texts } = state;
      return {
        ...settled(state, lane),
        source: { context: prompts.context, origin: prompts.origin },
        verdict,
        texts: {
          student: edited.student ? texts.student : prompts.student,
          teacher: edited.teacher ? texts.teacher : prompts.teacher,
          response: texts.response,
        },
      };
    }
    case 'piece':
      return { generating: message.text };
    case 'generated':
      if (message.text === '') return { ...settled(state, lane), generating: null }; // stopped before the first token
      return {
        ...settled(state, lane),
        generating: null,
        sample: null,
        revision: state.revision + 1,
        focused: 0,
        texts: { ...state.texts, response: message.text },
        generated: { tokens: message.tokens, seconds: message.seconds, ended: message.ended },
      };
    case 'scored': {
      const texts = state.asked[lane]?.texts ?? state.texts;
      const scored = { texts, columns: message.scored, seconds: message.seconds };
      if (lane === 'compare') return { ...settled(state, lane), compared: scored };
      const last = message.scored.tokens.length - 1;
      const focused = Math.max(0, Math.min(state.focused, last));
      return { ...settled(state, lane), scored, focused, pointed: null, compared: null };
    }
    case 'effect':
      return { effects: state.effects && { ...state.effects, list: [...state.effects.list, message.effect] } };
    case 'done':
      return settled(state, lane);
    case 'failed': {
      const { kind } = message;
      const failure = kind === 'cancelled' ? state.failure : { lane, kind, message: message.message };
      const emptied = lane === 'main' || lane === 'other' ? { [lane]: null } : {};
      return { ...settled(state, lane), ...emptied, failure, generating: null };
    }
    default:
      return message satisfies never;
  }
}

/** The lane is free again; an older failure of it is forgotten, and progress was made. */
function settled(state: InspectState, lane: Lane): Pick<InspectState, 'asked' | 'progress' | 'failure'> {
  const { [lane]: answered, ...asked } = state.asked;
  return {
    asked,
    progress: state.progress?.id === answered?.id ? null : state.progress,
    failure: state.failure?.lane === lane ? null : state.failure,
  };
}

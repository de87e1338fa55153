/** What the engine's answers change: pure folds into the inspector's state. */
import type { InspectCommand } from '../../engine/inspect-desk';
import type { Ask, Failure, Part, Reply } from '../../engine/protocol';
import type { Told } from '../engine';
import { engineAfter, engineAfterRefusal } from '../state/engine-state';
import { isGone } from '../watch';
import { type InspectState, type Lane, layersKey, usualLongest } from './store';

/** The commands that the page waits for in lanes. */
export type InspectName = 'open' | Exclude<InspectCommand, 'unload' | 'trace'>;

type Patch = Partial<InspectState>;

/** What the answer to each command changes, beside that its lane is free again. */
const AFTER: { [N in InspectName]: (state: InspectState, reply: Reply<N>, ask: Ask<N>, lane: Lane) => Patch } = {
  open: () => ({}), // the device is news
  load(state, open, { slot }) {
    const pointless = slot === 'main' && state.compare === 'adapter-off' && !open.adapter;
    const { main, sampling, revision } = state;
    const untouched = slot === 'main' && sampling.maxNewTokens === usualLongest(main);
    return {
      [slot]: open,
      compare: pointless ? 'nothing' : state.compare,
      ...(slot === 'main' && { revision: revision + 1 }),
      ...(untouched && { sampling: { ...sampling, maxNewTokens: usualLongest(open) } }),
    };
  },
  problem: (_, { task, problem, samples }) => ({ problem: { task, problem, samples } }),
  prompts: ({ edited, texts }, { prompts, verdict }) => ({
    source: { context: prompts.context, origin: prompts.origin },
    verdict,
    texts: {
      student: edited.student ? texts.student : prompts.student,
      teacher: edited.teacher ? texts.teacher : prompts.teacher,
      response: texts.response,
    },
  }),
  generate({ revision, texts }, { text, tokens, seconds, ended }) {
    if (text === '') return { generating: null }; // stopped before the first token
    return {
      generating: null,
      sample: null,
      revision: revision + 1,
      focused: 0,
      texts: { ...texts, response: text },
      generated: { tokens, seconds, ended },
    };
  },
  score(state, { scored: columns, seconds }, { texts }, lane) {
    const scored = { texts, columns, seconds, revision: state.revision };
    if (lane === 'compare') return { compared: scored };
    const focused = Math.max(0, Math.min(state.focused, columns.tokens.length - 1));
    return { scored, focused, pointed: null, compared: null };
  },
  contexts: () => ({}),
  layers: (state, { layers: reading }) => ({ layers: { key: layersKey(state), reading } }),
  search: ({ tree }, search) => ({ tree: tree && { ...tree, search } }),
  evaluate: (_, evaluations) => ({ evaluations, evaluated: null }),
};

/** The state after an answer that was waited for. */
export const afterReply = <N extends InspectName>(
  state: InspectState,
  lane: Lane,
  ask: Ask<N>,
  reply: Reply<N>,
): Patch => ({ ...settled(state, lane), ...AFTER[ask.type as N](state, reply, ask, lane) });

/** More of a response that is being written, of the contexts' effects, of a tree, or of an evaluation. */
export function afterPart(
  { effects, tree }: InspectState,
  part: Part<'generate' | 'contexts' | 'search' | 'evaluate'>,
): Patch {
  if (typeof part === 'string') return { generating: part };
  if ('progress' in part) return { evaluated: part };
  if ('nodes' in part) return { tree: tree && { ...tree, search: part } };
  return { effects: effects && { ...effects, list: [...effects.list, part] } };
}

/** The models went with the engine; texts, scores and figures stay. */
const GONE: Patch = { main: null, other: null, generating: null, evaluated: null };

export function afterFailure(state: InspectState, lane: Lane, failed: Failure): Patch {
  const { kind, message } = failed;
  if (kind === 'gone') return settled(state, lane); // told as a trouble
  if (lane === 'device' || kind === 'unavailable') return { ...settled(state, lane), ...engineAfterRefusal(failed) };
  const failure = kind === 'cancelled' ? state.failure : { lane, kind, message };
  const emptied = lane === 'main' || lane === 'other' ? { [lane]: null } : {};
  const ended = lane === 'evaluate' ? { evaluated: null } : {};
  // What was scored stays while its text is edited; beside another response's prompts it would be taken for that one's.
  const isOld = (lane === 'prompts' || lane === 'score') && state.scored?.revision !== state.revision;
  const left = isOld ? { scored: null, compared: null } : {};
  return { ...settled(state, lane), ...emptied, ...ended, ...left, failure, generating: null };
}

/** What comes without being asked for. */
export function afterNews(news: readonly Told[]): Patch {
  const patch: { -readonly [K in keyof InspectState]?: InspectState[K] } = {};
  for (const told of news) {
    Object.assign(patch, engineAfter(told));
    switch (told.type) {
      case 'unloaded':
        patch[told.slot] = null;
        break;
      case 'trouble':
        if (told.trouble && isGone(told.trouble)) Object.assign(patch, GONE);
        break;
      case 'problem': // a judge that does not start: the exact verifier goes on without it
        console.warn(told.message);
        break;
      case 'device':
      case 'event':
      case 'runs':
        break;
      default:
        told satisfies never;
    }
  }
  return patch;
}

/** The lane is free again; an older failure of it is forgotten, and progress was made. */
function settled(state: InspectState, lane: Lane): Pick<InspectState, 'asked' | 'progress' | 'failure'> {
  const { [lane]: answered, ...asked } = state.asked;
  return {
    asked,
    progress: state.progress?.of === answered ? null : state.progress,
    failure: state.failure?.lane === lane ? null : state.failure,
  };
}

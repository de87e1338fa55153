import { bytesText } from '../../data/bytes';
import { milliseconds, plain } from '../format';
import { nameShown } from '../models/names';
import { Status } from '../notices/Status';
import { evaluationWords } from './evaluations';
import { type InspectState, isAsked, useInspector } from './store';

/** Time between two things said, ms: a screen reader must be able to finish. */
const SPEAKS_EVERY = 2000;

export function statusOf(state: InspectState): string {
  const { engine, main, scored, generated } = state;
  if (engine.state === 'unavailable') return 'No WebGPU.';
  if (engine.state === 'failed') return 'The engine has stopped.';
  if (isAsked(state, 'device')) return 'Looking for a GPU and checking it.';
  if (isAsked(state, 'main')) return `Opening ${nameShown(state.subject.model)}.`;
  if (isAsked(state, 'other')) return `Opening ${nameShown(state.otherSubject.model)}.`;
  if (isAsked(state, 'generate')) return 'The student is writing.';
  if (isAsked(state, 'problem', 'prompts', 'score')) return 'Scoring the response.';
  if (isAsked(state, 'compare')) return 'Scoring the other side of the comparison.';
  if (isAsked(state, 'contexts')) return 'Scoring the response under every context.';
  if (isAsked(state, 'layers')) return 'Reading the response out of every layer.';
  if (isAsked(state, 'evaluate')) return evaluationWords(state.evaluated);
  if (isAsked(state, 'search')) return `Searching: ${state.tree?.search.nodes.length ?? 0} steps.`;
  if (!main) return 'No model is open.';
  const model = `${nameShown(main.subject.model)}: ${main.family}, ${plain(main.parameters)} parameters as ${main.weightFormat}, ${bytesText(main.bytes)} on the GPU`;
  const written = generated && scored?.texts.response === state.texts.response;
  const speed = written ? `; ${plain(generated.tokens / generated.seconds)} tokens a second` : '';
  return scored
    ? `${model}. ${scored.columns.tokens.length} tokens scored in ${milliseconds(1000 * scored.seconds)}${speed}.`
    : `${model}.`;
}

export function StatusLine() {
  const text = useInspector(statusOf);
  return <Status text={text} spokenEvery={SPEAKS_EVERY} />;
}

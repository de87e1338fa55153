/**
 * What follows from what: a model that is open asks for its problem, a problem for its prompts, prompts for scores, scores
 * for the comparison and the contexts that are on screen. Each step is asked for when the one before it was answered.
 */
import { INSPECT_MODES, type InspectMessage } from '../../inspect/protocol';
import { ask, connectInspector, type InspectLine, isConnected } from './bridge';
import { effectsKey, type Lane, NANO, useInspector } from './store';

/** The task of the built-in model, and the one that any other can be asked. */
export const TASKS = { 'two-cards': 'two cards', 'word-problems': 'word problems' } as const;
/** The sample that a fresh page shows: the response with something to see in it. */
const FIRST_SAMPLE = /g[ai]ves? up|second thoughts/i;
/** Responses of a link, which no problem replaces. */
let kept = false;
/** The problem whose response is on screen. */
let shownProblem: string | null = null;
/** A model was opened and has not been asked a question yet. */
let justOpened = false;

/** Starts the Worker, once; `makeWorker` is not called again. */
export function openInspector(makeWorker: () => InspectLine): void {
  if (isConnected()) return;
  connectInspector(makeWorker(), answered);
  useInspector.setState({ device: { state: 'opening' } });
  ask('device', { type: 'open' });
}

/** The next problem that is answered leaves the texts as they are. */
export function keepTexts(): void {
  kept = true;
}

export function loadMain(): void {
  const { subject } = useInspector.getState();
  useInspector.setState({ failure: null, offered: false });
  ask('main', { type: 'load', subject, slot: 'main' });
}

export function loadOther(): void {
  const { otherSubject } = useInspector.getState();
  useInspector.setState({ failure: null, compared: null });
  ask('other', { type: 'load', subject: otherSubject, slot: 'other' });
}

export function askProblem(): void {
  const { choice, main } = useInspector.getState();
  if (main) ask('problem', { type: 'problem', choice });
}

/** The prompts depend on the response: feedback is about it, and no context is taken from itself. */
export function askPrompts(): void {
  const { problem, texts, context, main } = useInspector.getState();
  if (!problem || !main) return;
  const { response } = texts;
  ask('prompts', { type: 'prompts', problem: problem.problem, task: problem.task, response, context });
}

export function askScore(): void {
  const { texts, main } = useInspector.getState();
  if (texts.response.trim() === '') useInspector.setState({ scored: null, compared: null, verdict: null });
  else if (main) ask('score', { type: 'score', texts, slot: 'main', withAdapter: true }, texts);
}

/** The same texts once more, with the adapter off or on the other model. */
export function askComparison(): void {
  const { compare, scored, main, other, compared } = useInspector.getState();
  if (!scored || compare === 'nothing' || compared?.texts === scored.texts) return;
  const { texts } = scored;
  if (compare === 'adapter-off' && main?.adapter)
    ask('compare', { type: 'score', texts, slot: 'main', withAdapter: false }, texts);
  if (compare === 'model' && other) ask('compare', { type: 'score', texts, slot: 'other', withAdapter: true }, texts);
}

/** Every context mode, where their tab is open and they are not known. */
export function askContexts(): void {
  const state = useInspector.getState();
  const { tab, problem, scored, context, effects } = state;
  if (tab !== 'contexts' || !problem || !scored) return;
  const key = effectsKey(state);
  if (effects?.key === key && effects.list.length === INSPECT_MODES.length) return;
  useInspector.setState({ effects: { key, list: [] } });
  const { texts } = scored;
  const modes = [...INSPECT_MODES];
  ask('contexts', { type: 'contexts', problem: problem.problem, task: problem.task, texts, context, modes });
}

function answered(message: InspectMessage, lane: Lane): void {
  const { type } = message;
  if (type === 'opened') openFirst();
  if (type === 'loaded' && lane === 'other') askComparison();
  if (type === 'loaded' && lane === 'main') {
    justOpened = true;
    if (!kept) useInspector.setState({ edited: { student: false, teacher: false } }); // they were another model's
    askProblem();
  }
  if (type === 'problem') takeProblem();
  if (type === 'failed' && lane === 'problem') tryOtherTask();
  if (type === 'generated') askPrompts();
  if (type === 'prompts') askScore();
  if (type === 'scored' && lane === 'score') {
    askComparison();
    askContexts();
  }
}

/** The model of a fresh page, unless a link named one that has to be asked for. */
function openFirst(): void {
  const { main, offered, compare, otherSubject } = useInspector.getState();
  if (main || offered) return;
  loadMain();
  if (compare === 'model' && otherSubject.model === NANO.model) loadOther();
}

/** A new problem brings a response to look at: the sample with the label of the last one, else the first sight. */
function takeProblem(): void {
  const { problem, texts, sample, revision } = useInspector.getState();
  if (!problem) return;
  const id = JSON.stringify(problem.problem);
  const own = 'question' in useInspector.getState().choice && texts.response !== '';
  if (!kept && !own && id !== shownProblem) {
    const { samples } = problem;
    const chosen =
      samples.find(({ label }) => label === sample) ??
      samples.find(({ label }) => FIRST_SAMPLE.test(label)) ??
      samples[0];
    useInspector.setState({
      sample: chosen?.label ?? null,
      revision: revision + 1,
      focused: 0,
      texts: { ...texts, response: chosen?.text ?? '' },
      edited: { student: false, teacher: false },
      generated: null,
    });
  }
  if (kept || own) {
    const same = problem.samples.find(({ text }) => text === texts.response);
    useInspector.setState({ sample: same?.label ?? null });
  }
  kept = false;
  justOpened = false;
  shownProblem = id;
  askPrompts();
}

/** A model that was just opened and does not speak the task's language gets the other task. */
function tryOtherTask(): void {
  const { choice } = useInspector.getState();
  if (!justOpened || !('seed' in choice)) return;
  justOpened = false;
  const task = choice.task === 'two-cards' ? 'word-problems' : 'two-cards';
  useInspector.setState({ choice: { ...choice, task }, failure: null });
  askProblem();
}

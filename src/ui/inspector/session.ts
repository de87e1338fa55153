/**
 * What follows from what: a model that is open asks for its problem, a problem for its prompts, prompts for scores, scores
 * for the comparison and the contexts that are on screen. Each step is asked for when the one before it was answered.
 */
import type { Ask } from '../../engine/protocol';
import { INSPECT_MODES, LAYER_CONTEXTS } from '../../inspect/types';
import { CANCEL_PATIENCE, DEAF, EngineLine, Lanes, type Line, startEngine } from '../engine';
import { useModels } from '../models/store';
import { OPENING } from '../state/engine-state';
import { afterFailure, afterNews, afterPart, afterReply, type InspectName } from './fold';
import { effectsKey, LANES, type Lane, layersKey, useInspector } from './store';

/** The inspector's engine, beside the one that trains. */
const engine = new EngineLine({ news: (news) => useInspector.setState(afterNews(news)) });
const lanes = new Lanes<Lane>(engine);
let lastAsked = 0;

/** The sample that a fresh page shows: the response with something to see in it. */
const FIRST_SAMPLE = /g[ai]ves? up|second thoughts/i;
/** Responses of a link, which no problem replaces. */
let kept = false;
/** The problem whose response is on screen. */
let shownProblem: string | null = null;
/** A model was opened and has not been asked a question yet. */
let justOpened = false;

/** Starts the engine, once; `makeLine` is not called again. */
export function openInspector(makeLine: () => Line): void {
  if (engine.connected) return;
  useInspector.setState(OPENING);
  engine.connect(makeLine());
  ask('device', { type: 'open' });
}

/** Whether there is an engine to ask. */
export const isOpened = (): boolean => engine.connected;

/** Ends the engine, hung or gone, and begins another; the texts and what is known of them stay. */
export async function restartInspector(): Promise<void> {
  leave(...LANES);
  const { texts } = useInspector.getState();
  kept = texts.response !== '';
  useInspector.setState({
    ...OPENING,
    ...{ failure: null, main: null, other: null },
  });
  await engine.replace(startEngine);
  ask('device', { type: 'open' });
}

/** Asks in a lane. What the lane waited for, and what later lanes made of it, is void. */
export function ask<N extends InspectName>(lane: Lane, command: Ask<N>): void {
  leave(...lanesFrom(lane));
  const of = ++lastAsked;
  useInspector.setState(({ asked }) => ({ asked: { ...asked, [lane]: of } }));
  const call = lanes.call(lane, command as Ask<InspectName>, {
    onProgress: (progress) =>
      useInspector.setState(
        lane === 'device' ? { engine: { state: 'opening', progress } } : { progress: { ...progress, of } },
      ),
    onPart: (part) => useInspector.setState((state) => afterPart(state, part)),
  });
  call.then(
    (reply) => {
      useInspector.setState((state) => afterReply(state, lane, command as Ask<InspectName>, reply));
      NEXT[command.type as InspectName](lane);
    },
    (failure) => {
      useInspector.setState((state) => afterFailure(state, lane, failure));
      if (lane === 'problem') tryOtherTask();
    },
  );
}

/** Waits for these no longer. */
export function leave(...left: readonly Lane[]): void {
  for (const lane of left) lanes.leave(lane);
  useInspector.setState(({ asked, progress, generating }) => {
    const rest = Object.fromEntries(Object.entries(asked).filter(([lane]) => !left.includes(lane as Lane)));
    return {
      asked: rest,
      progress: Object.values(rest).some((of) => of === progress?.of) ? progress : null,
      generating: 'generate' in rest ? generating : null,
    };
  });
}

/** Asks the engine to stop; it answers with what it has. One that does not hear it is ended. */
export async function stop(lane: Lane): Promise<void> {
  lanes.stop(lane);
  if (await engine.answersWithin(CANCEL_PATIENCE)) return;
  await restartInspector();
  useInspector.setState({ failure: { lane, kind: 'cancelled', message: DEAF } });
}

/** What is downloaded already, for a link's models. */
export function askCached(): void {
  engine.call({ type: 'list-models' }).then(
    (cached) => useModels.setState({ cached }),
    () => {}, // where nothing can be stored nothing is
  );
}

/** Gives the other model's memory back. */
export function unloadOther(): void {
  engine.call({ type: 'unload', slot: 'other' }).catch(() => {});
  useInspector.setState({ other: null });
}

/**
 * Which lanes a change in `lane` makes void: a model or a problem everything that follows, the other model its comparison. An
 * evaluation has nothing to do with the problem on screen.
 */
function lanesFrom(lane: Lane): readonly Lane[] {
  if (lane === 'device') return [lane];
  if (lane === 'other') return [lane, 'compare'];
  const ofModel = lane === 'main' || lane === 'evaluate';
  return LANES.slice(LANES.indexOf(lane)).filter((l) => l !== 'other' && (l !== 'evaluate' || ofModel));
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
  useInspector.setState({ failure: null, compared: null, offeredOther: false });
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
  else if (main) ask('score', { type: 'score', texts, slot: 'main', withAdapter: true });
}

/** The same texts once more, with the adapter off or on the other model. */
export function askComparison(): void {
  const { compare, scored, main, other, compared } = useInspector.getState();
  if (!scored || compare === 'nothing' || compared?.texts === scored.texts) return;
  const { texts } = scored;
  if (compare === 'adapter-off' && main?.adapter)
    ask('compare', { type: 'score', texts, slot: 'main', withAdapter: false });
  if (compare === 'model' && other) ask('compare', { type: 'score', texts, slot: 'other', withAdapter: true });
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

/** Every layer, where its tab is open and it is not known. */
export function askLayers(): void {
  const state = useInspector.getState();
  const { tab, problem, scored, context, layers } = state;
  if (tab !== 'layers' || !problem || !scored || layers?.key === layersKey(state)) return;
  const { texts } = scored;
  const contexts = LAYER_CONTEXTS;
  ask('layers', { type: 'layers', problem: problem.problem, task: problem.task, texts, context, contexts });
}

/** A tree of steps after the student's prompt, in the place of the last one. */
export function askSearch(): void {
  const { texts, problem, context, searching, sampling, main } = useInspector.getState();
  if (!problem || !main) return;
  const { temperature, topP, maxNewTokens, seed } = sampling;
  const settings = { ...searching, temperature, topP, maxNewTokens, seed };
  const { student: prompt } = texts;
  useInspector.setState({
    tree: { prompt, search: { nodes: [], chains: [], tokens: { drawn: 0, scored: 0 } } },
    failure: null,
  });
  ask('search', { type: 'search', prompt, problem: problem.problem, task: problem.task, context, settings });
}

/** Evaluates the open model, or goes on with an evaluation that is stored. */
export function askEvaluation(resume?: string): void {
  const { evaluating, sampling, context, main } = useInspector.getState();
  if (!main) return;
  const { thinking, wording } = context;
  const { data, maxNewTokens: longest } = evaluating;
  const usual = { data: data.trim() || main.task, maxNewTokens: longest || null };
  const asked = { ...sampling, ...evaluating, ...usual, thinking, wording };
  useInspector.setState({ failure: null, evaluated: null });
  ask('evaluate', { type: 'evaluate', evaluation: resume === undefined ? asked : { resume } });
}

/** What is stored of evaluations. */
export function listEvaluations(): void {
  engine.call({ type: 'list-evaluations' }).then(
    (evaluations) => useInspector.setState({ evaluations }),
    () => {}, // the engine says what ails it
  );
}

export function deleteEvaluation(evaluation: string): void {
  engine.call({ type: 'delete-evaluation', evaluation }).then(
    (evaluations) => useInspector.setState({ evaluations }),
    ({ kind, message }) => useInspector.setState({ failure: { lane: 'evaluate', kind, message } }),
  );
}

/** What an answer leads to. */
const NEXT: Record<InspectName, (lane: Lane) => void> = {
  open: openFirst,
  load: (lane) => (lane === 'other' ? askComparison() : loaded()),
  problem: takeProblem,
  prompts: askScore,
  generate: askPrompts,
  score(lane) {
    if (lane !== 'score') return;
    askComparison();
    askContexts();
    askLayers();
  },
  contexts: () => {},
  layers: () => {},
  search: () => {},
  evaluate: () => {},
};

function loaded(): void {
  justOpened = true;
  if (!kept) useInspector.setState({ edited: { student: false, teacher: false } }); // they were another model's
  askProblem();
}

/** The model of a fresh page, unless a link named one that has to be asked for. */
function openFirst(): void {
  const { main, offered, offeredOther, compare, failure } = useInspector.getState();
  if (main || offered || failure) return; // it waits to be asked again
  loadMain();
  if (compare === 'model' && !offeredOther) loadOther();
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

/** A model that was just opened and does not speak the task's language gets a task that it does. */
function tryOtherTask(): void {
  const { choice, main } = useInspector.getState();
  if (!justOpened || !('seed' in choice) || !main) return;
  justOpened = false;
  useInspector.setState({ choice: { ...choice, task: main.task }, failure: null });
  askProblem();
}

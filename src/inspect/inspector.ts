/**
 * The inspector: two open subjects, and what can be asked of them. It knows nothing of Workers, pages and terminals;
 * the engine connects it to messages, the command line calls it directly.
 */
import { signalsFrom } from '../antisd/signals';
import { BadInput } from '../data/errors';
import type { SymbolicJudge } from '../data/maths';
import { hasEnded } from '../data/tokenizer';
import type { Problem, Task, Verdict } from '../data/types';
import type { Gpu } from '../gpu/device';
import type { DeviceLost } from '../gpu/errors';
import type { Python } from '../host/python/judge';
import type { DeviceReport } from '../kernels/device-report';
import type { Scores } from '../model/net/scores';
import { type LayerTrace, traceToken } from '../model/net/trace';
import type { OpenAsked } from '../runs/evaluation/asked-data';
import type { EvaluationConfig } from '../runs/evaluation/config';
import type { EvaluationProgress } from '../runs/evaluation/evaluation';
import { named } from '../runs/report';
import type { RunStore } from '../runs/run-store';
import { chosenContext, chosenProblem, foreignPrompts, samplesOf } from './contexts';
import { type EvaluationRequest, evaluateSubject, plannedEvaluation } from './evaluate';
import { readLayers } from './layers';
import { LoadedSubject, type LoadHooks } from './loaded-subject';
import type { ModelOpener } from './models';
import { searchAnswer, usualSteps } from './search/search';
import { SEARCH_DEFAULTS, type Search } from './search/types';
import { endsBroken, tokenSpans } from './spans';
import { InspectTasks, judged, promptText } from './tasks';
import type {
  ContextChoice,
  ContextEffect,
  InspectMode,
  LayerReading,
  OpenSubject,
  ProblemChoice,
  Prompts,
  SampleAnswer,
  ScoredText,
  SearchRequest,
  Slot,
  Subject,
  Texts,
} from './types';

/** What the inspector needs of where it runs. */
export interface InspectorHost {
  openGpu(): Promise<Gpu>;
  /** Tunes and checks a new device. */
  prepare(gpu: Gpu): Promise<DeviceReport>;
  readonly models: ModelOpener;
  /** A second opinion on answers. */
  readonly symbolic?: SymbolicJudge;
  /** Python, for answers that are code. */
  readonly python?: Python;
}

export interface GenerationOptions {
  readonly temperature: number;
  readonly topP: number;
  readonly maxNewTokens: number;
  readonly seed: number;
  readonly slot?: Slot;
  readonly withAdapter?: boolean;
}

export interface Generated {
  readonly text: string;
  readonly tokens: number;
  /** False where it was cut at the longest length, or stopped. */
  readonly ended: boolean;
}

/** Milliseconds between two looks at a response that is being written. */
const TELL = 60;

export class Inspector {
  private gpu: Gpu | null = null;
  private report: DeviceReport | null = null;
  /** Why subjects are gone that were open; the next question for one hears it. */
  private loss: DeviceLost | null = null;
  private readonly slots: Record<Slot, LoadedSubject | null> = { main: null, other: null };
  private readonly tasks: InspectTasks;

  constructor(private readonly host: InspectorHost) {
    this.tasks = new InspectTasks(host.models, host.symbolic, host.python);
  }

  /** The device, opened and checked once; a new one after the last was lost. Throws WebGpuUnavailable. */
  async open(): Promise<DeviceReport> {
    if (this.gpu && this.report) return this.report;
    const gpu = await this.host.openGpu();
    this.report = await this.host.prepare(gpu).catch((error) => {
      gpu.destroy();
      throw error;
    });
    this.gpu = gpu;
    void gpu.lost.then((error) => {
      if (this.gpu !== gpu) return; // it was given back
      this.loss = this.loaded().length > 0 ? error : null;
      this.close();
    });
    return this.report;
  }

  /** Opens a subject in the place of what the slot held. Throws BadInput, OutOfMemory; the slot is then empty. */
  async load(subject: Subject, slot: Slot, hooks: LoadHooks = {}): Promise<OpenSubject> {
    await this.open();
    this.unload(slot);
    const loaded = await LoadedSubject.open(this.gpu as Gpu, this.host.models, subject, hooks);
    this.slots[slot] = loaded;
    this.loss = null;
    return loaded.describe();
  }

  unload(slot: Slot): void {
    this.slots[slot]?.destroy();
    this.slots[slot] = null;
    if (slot === 'main') this.tasks.forget();
  }

  /** Slots that hold a subject. */
  loaded(): Slot[] {
    return (['main', 'other'] as const).filter((slot) => this.slots[slot]);
  }

  /** The problem, the task that judges it, and responses to try. */
  async problem(choice: ProblemChoice): Promise<{ task: string; problem: Problem; samples: SampleAnswer[] }> {
    const task = await this.task(choice.task, PLAIN);
    const problem = chosenProblem(choice, task);
    return { task: choice.task, problem, samples: samplesOf(problem, task) };
  }

  /** The two exact prompts for a response, and the verifier's word on it. */
  async prompts(
    problem: Problem,
    taskName: string,
    response: string,
    choice: ContextChoice,
  ): Promise<{ prompts: Prompts; verdict: Verdict }> {
    const task = await this.task(taskName, choice);
    const [ids, verdict] = await judged(task, problem, response);
    const { context, origin } = chosenContext(task, problem, ids, verdict, choice.mode);
    const student = promptText(task, task.studentPrompt(problem));
    const teacher = promptText(task, task.teacherPrompt(problem, context));
    return { prompts: { student, teacher, context, origin }, verdict };
  }

  /** Columns of a response under both prompts. Throws BadInput where the texts cannot be tokenised or are too long. */
  async score(texts: Texts, slot: Slot, withAdapter: boolean, hooks: LoadHooks = {}): Promise<ScoredText> {
    const subject = this.subject(slot);
    const { text } = subject.model;
    const [student, teacher, response] = [texts.student, texts.teacher, texts.response].map((x) => text.encode(x));
    checkTexts(subject, student, teacher, response);
    const [S, T] = await subject.score([student, teacher], response, { alternatives: true, withAdapter, hooks });
    const { ids, s, t, u, H_S, H_T } = signalsFrom([response], S, T);
    return {
      ...{ ids, s, t, u, H_S, H_T },
      tokens: response.map((id) => text.token(id)),
      spans: tokenSpans(text, response, texts.response),
      alternatives: {
        student: named(S.alternatives as Float32Array, text),
        teacher: named(T.alternatives as Float32Array, text),
      },
      studentTokens: student.length,
      teacherTokens: teacher.length,
    };
  }

  /** What each context mode does to a response, told as it becomes known. */
  async contexts(
    request: { problem: Problem; task: string; texts: Texts; context: ContextChoice; modes: readonly InspectMode[] },
    onEffect: (effect: ContextEffect, done: number, total: number) => void,
    hooks: LoadHooks = {},
  ): Promise<void> {
    const { problem, texts, modes } = request;
    const subject = this.subject('main');
    const { text } = subject.model;
    const task = await this.task(request.task, request.context);
    const [ids, verdict] = await judged(task, problem, texts.response);
    const student = text.encode(texts.student);
    const response = text.encode(texts.response);
    const score = async (prompt: readonly number[], name: string): Promise<Scores> => {
      subject.checkLength(name, prompt.length, response.length);
      const options = { alternatives: false, withAdapter: true, hooks };
      return (await subject.score([prompt], response, options))[0];
    };
    const S = await score(student, 'The student’s prompt');
    const known = new Map<string, Scores>(); // several modes can come to the same prompt
    for (const [i, mode] of modes.entries()) {
      const { context, origin } = chosenContext(task, problem, ids, verdict, mode);
      const prompt = task.teacherPrompt(problem, context);
      const key = prompt.join(' ');
      const scores = known.get(key) ?? (await score(prompt, `The teacher’s prompt (context ${mode})`));
      known.set(key, scores);
      const { t, u, H_T } = signalsFrom([response], S, scores);
      // Copies: what is told is given away, and the scores may belong to the next mode too.
      const columns = { t: t.slice(), u, H_T: H_T.slice() };
      const effect = { mode, context, origin, teacher: promptText(task, prompt), ...columns };
      onEffect(effect, i + 1, modes.length);
    }
  }

  /**
   * A response read out of every layer. `contexts` is how many the layers' states are compared under, the teacher's own and
   * other problems' solutions; 1 compares nothing. Throws BadInput.
   */
  async layers(
    request: { problem: Problem; task: string; texts: Texts; context: ContextChoice; contexts: number },
    hooks: LoadHooks = {},
  ): Promise<LayerReading> {
    const { problem, texts } = request;
    const subject = this.subject('main');
    const { text, config } = subject.model;
    const task = await this.task(request.task, request.context);
    const [student, teacher, response] = [texts.student, texts.teacher, texts.response].map((x) => text.encode(x));
    checkTexts(subject, student, teacher, response);
    const [ids, verdict] = await judged(task, problem, texts.response);
    const { context } = chosenContext(task, problem, ids, verdict, request.context.mode);
    const bounds = { most: request.contexts - 1, room: config.maxPositions - response.length, not: teacher };
    const others = foreignPrompts(task, problem, context, bounds);
    return readLayers(subject, { student, teachers: [teacher, ...others], response }, hooks);
  }

  /** A response's token `at` in every layer of the model, after a prompt. Throws BadInput. */
  async trace(request: { prompt: string; response: string; at: number }, hooks: LoadHooks = {}): Promise<LayerTrace[]> {
    const subject = this.subject('main');
    const { text } = subject.model;
    const [prompt, response] = [text.encode(request.prompt), text.encode(request.response)];
    const place = Math.min(Math.max(0, Math.floor(request.at)), response.length - 1);
    if (response.length === 0) throw new BadInput('There is no token to look at', 'response', 'Give a response.');
    const sequence = { ids: [...prompt, ...response], from: prompt.length };
    return subject.use(prompt.length, response.length, hooks, (policy) =>
      traceToken(policy, sequence, prompt.length + place),
    );
  }

  /** A tree of steps after a student's prompt (search/mits.ts), told as it grows. Throws BadInput. */
  async search(
    { prompt, problem, task: name, context, settings }: SearchRequest,
    onDepth: (sofar: Search) => void,
    hooks: LoadHooks = {},
  ): Promise<Search> {
    const subject = this.subject('main');
    const tokenizer = subject.model.text;
    const task = await this.task(name, context);
    const ids = tokenizer.encode(prompt);
    const steps = usualSteps(tokenizer);
    const left = subject.model.config.maxPositions - ids.length;
    const maxNewTokens = Math.max(1, Math.min(settings.maxNewTokens, left));
    const stepTokens = Math.min(steps.stepTokens, maxNewTokens);
    const asked = { ...SEARCH_DEFAULTS, ...steps, ...settings, maxNewTokens, stepTokens };
    const answerOf = (response: number[]) => task.verify(problem, response).answer;
    return subject.use(ids.length, maxNewTokens, hooks, (policy) =>
      searchAnswer(policy, { prompt: ids, tokenizer, answerOf }, asked, { onDepth, signal: hooks.signal }),
    );
  }

  /** How the open model is evaluated as asked. Throws BadInput. */
  plan(request: EvaluationRequest, hooks: LoadHooks = {}): Promise<EvaluationConfig> {
    const subject = this.subject('main');
    return plannedEvaluation(subject, request, (name, setting) =>
      this.tasks.asked(subject.model, name, setting, hooks),
    );
  }

  /** Goes on with an evaluation of the open model, whose store is held, as evaluateSubject does. Throws BadInput. */
  evaluate(
    stored: { readonly store: RunStore; readonly config: EvaluationConfig },
    onBatch: (progress: EvaluationProgress) => void,
    hooks: LoadHooks = {},
  ): Promise<void> {
    const subject = this.subject('main');
    const open: OpenAsked = (name, setting) => this.tasks.asked(subject.model, name, setting, hooks);
    return evaluateSubject(subject, { ...stored, open }, onBatch, hooks);
  }

  /** A response to a prompt; ended by the signal, it is what there is so far. Its end token is part of the text. */
  async generate(
    prompt: string,
    { slot = 'main', withAdapter = true, ...options }: GenerationOptions,
    onText: (text: string) => void,
    hooks: LoadHooks = {},
  ): Promise<Generated> {
    const subject = this.subject(slot);
    const { text } = subject.model;
    const ids: number[] = [];
    let told = 0;
    const more = (fresh: readonly number[]) => {
      ids.push(...fresh);
      hooks.signal?.throwIfAborted();
      if (performance.now() - told < TELL) return;
      told = performance.now();
      const sofar = text.decode(ids);
      if (!endsBroken(sofar)) onText(sofar);
    };
    try {
      await subject.generate(text.encode(prompt), { ...options, withAdapter, hooks }, more);
    } catch (error) {
      if (!hooks.signal?.aborted) throw error;
    }
    return { text: text.decode(ids), tokens: ids.length, ended: hasEnded(text, ids) };
  }

  /** Tasks are made anew: a file of the same name may be another. */
  forgetTasks(): void {
    this.tasks.forget();
  }

  /** Gives a device back that has failed, or that nobody needs any more. */
  close(): void {
    for (const slot of this.loaded()) this.unload(slot);
    this.gpu?.destroy();
    this.gpu = null;
    this.report = null;
  }

  /** Whether the device can still be used; one that reported an error keeps reporting it. */
  get sound(): boolean {
    return !this.gpu?.failed;
  }

  private subject(slot: Slot): LoadedSubject {
    const subject = this.slots[slot];
    if (subject) return subject;
    if (this.loss) throw this.loss;
    throw new BadInput('No model is open', slot === 'main' ? 'inspector' : 'comparison', 'Load a model first.');
  }

  private task(name: string, setting: Omit<ContextChoice, 'mode'>): Promise<Task> {
    return this.tasks.of(this.subject('main').model, name, setting);
  }
}

/** For what does not depend on the wording. */
const PLAIN = { thinking: false, wording: 'standard' };

function checkTexts(
  subject: LoadedSubject,
  student: readonly number[],
  teacher: readonly number[],
  response: readonly number[],
): void {
  const empty = [
    ['The student’s prompt', student],
    ['The teacher’s prompt', teacher],
    ['The response', response],
  ].find(([, ids]) => ids.length === 0);
  if (empty)
    throw new BadInput(
      `${empty[0]} is empty`,
      'inspector',
      'Write something: every token is predicted from the one before it.',
    );
  subject.checkLength('The student’s prompt', student.length, response.length);
  subject.checkLength('The teacher’s prompt', teacher.length, response.length);
}

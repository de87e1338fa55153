/** `inspect`: the token signals of one response, as a heatmap in the terminal and as files. */

import { basename, resolve } from 'node:path';
import { bytesText, readWhole, utf8Text } from '../data/bytes';
import { BadInput } from '../data/errors';
import { nearest } from '../data/nearest';
import { NATIVE_TASK, TASKS } from '../data/tasks';
import { OWN } from '../inspect/contexts';
import { type Comparison, type Inspection, inspectionCsv, inspectionJson } from '../inspect/export';
import { inspectionHtml } from '../inspect/export-html';
import { Inspector } from '../inspect/inspector';
import {
  type ContextEffect,
  INSPECT_MODES,
  type InspectMode,
  LAYER_CONTEXTS,
  type OpenSubject,
  type ProblemChoice,
  type Subject,
  type Texts,
} from '../inspect/types';
import { fileSource } from '../library/sources/folder.node';
import { SourceError } from '../library/sources/source-error';
import { cancellable, defineCommand, EXIT } from './command';
import { MODEL_FLAGS } from './inspect';
import { inspectionText } from './inspect-print';
import type { Flags, Values } from './options';
import { note, printPainted } from './output';
import { dataFor, expectApart, loadLora, loadModel, openDevice, python, symbolic, writeResult } from './places';

const FLAGS = {
  ...MODEL_FLAGS,
  task: {
    kind: 'text',
    doc: `${TASKS.map((t) => t.name).join(', ')} or a file of problems; default: what the model speaks`,
  },
  problem: { kind: 'integer', doc: 'index of the held-out problem', default: 0, min: 0 },
  seed: { kind: 'integer', doc: 'names the stream of problems, and the generated response', default: 0, min: 0 },
  'min-depth': {
    kind: 'integer',
    doc: 'least depth of the problem, or steps of its solution; default: the task’s',
    min: 1,
    max: 15,
  },
  question: { kind: 'text', doc: 'a problem of your own in the task’s place' },
  solution: { kind: 'text', doc: 'its solution, if there is one' },
  answer: { kind: 'text', doc: 'its final answer; without, the one that the solution states' },
  response: {
    kind: 'text',
    doc: 'the response to look at; default: the task’s right sample',
    placeholder: 'TEXT|@FILE',
  },
  generate: { kind: 'boolean', doc: 'let the model write the response' },
  'max-new-tokens': { kind: 'integer', doc: 'longest generated response', default: 256, min: 1 },
  temperature: {
    kind: 'number',
    doc: 'of the generated response; 0 takes the most likely token; scores are at 1',
    default: 1,
    min: 0,
  },
  'top-p': { kind: 'number', doc: 'nucleus; 1 is off', default: 1, min: 0.01, max: 1 },
  context: { kind: 'text', doc: `what the teacher is shown: ${INSPECT_MODES.join(', ')}`, default: INSPECT_MODES[0] },
  wording: { kind: 'text', doc: 'the words around it: a name, or JSON', default: 'standard' },
  thinking: { kind: 'boolean', doc: 'let a model that can think do so' },
  'all-contexts': { kind: 'boolean', doc: 'the effect of every context on the same response' },
  layers: {
    kind: 'boolean',
    doc: 'what every layer would predict, were it the last, and how much its states tell about the context',
  },
  token: { kind: 'integer', doc: 'with --layers: this token of the response in every layer, from 1', min: 1 },
  'layer-contexts': {
    kind: 'integer',
    doc: 'with --layers: contexts that states are compared under; 1 compares none',
    default: LAYER_CONTEXTS,
    min: 1,
    max: 64,
  },
  compare: { kind: 'text', doc: 'another model, or the same without its adapter', placeholder: 'MODEL|adapter-off' },
  html: { kind: 'text', doc: 'write a page of its own', placeholder: 'FILE' },
  csv: { kind: 'text', doc: 'write a row a token', placeholder: 'FILE' },
  json: { kind: 'boolean', doc: 'print everything as JSON in the heatmap’s place' },
} as const satisfies Flags;

type Given = Values<typeof FLAGS>;

export const inspect = defineCommand({
  name: 'inspect',
  summary: 'token signals of one response: heatmap, contexts, comparison, HTML, CSV, JSON',
  details:
    'u = log p(token | x, c) − log p(token | x), nats: orange tokens (u < 0) are deliberation, blue ones shortcuts. Colours\n' +
    'need a terminal (and no NO_COLOR); elsewhere there is a row a token. What the files hold: docs/inspector.md.',
  flags: FLAGS,
  async run(flags) {
    expectApart({ html: flags.html, csv: flags.csv });
    const inspection = await cancellable((signal) =>
      look(flags, signal).catch((error) => {
        if (!signal.aborted) throw error;
        note(`\n${error instanceof SourceError ? error.message : 'Stopped.'}\n`);
        return null;
      }),
    );
    if (!inspection) return EXIT.stopped;
    if (flags.html) await write(flags.html, inspectionHtml(inspection));
    if (flags.csv) await write(flags.csv, inspectionCsv(inspection));
    const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR;
    printPainted(flags.json ? inspectionJson(inspection) : inspectionText(inspection, coloured, flags.token));
    return EXIT.done;
  },
});

async function look(flags: Given, signal: AbortSignal): Promise<Inspection> {
  if (flags.token !== undefined && !flags.layers)
    throw new BadInput('A token is shown layer by layer', '--token', 'Give --layers too.');
  const context = { mode: modeOf(flags.context), thinking: flags.thinking, wording: flags.wording ?? 'standard' };
  const subject = {
    model: flags.model ?? NATIVE_TASK.model,
    adapter: flags.adapter ?? null,
    weightFormat: flags['weight-format'] ?? 'auto',
  };
  if (flags.compare === 'adapter-off' && !subject.adapter)
    throw new BadInput('There is no adapter to switch off', '--compare', 'Give --adapter too, or another model.');
  const inspector = newInspector();
  const hooks = { signal };
  const main = await inspector.load(subject, 'main', hooks);
  tell(main);
  const posed = await inspector.problem(choiceOf(flags, main.task));
  const { problem, task, samples } = posed;
  const prompted = (response: string) => inspector.prompts(problem, task, response, context);
  const response = await responseOf(flags, samples.find(({ right }) => right)?.text, async () => {
    const { student } = (await prompted('')).prompts;
    return generated(inspector, student, flags, signal);
  });
  const { prompts, verdict } = await prompted(response);
  const texts = { student: prompts.student, teacher: prompts.teacher, response };
  const scored = await inspector.score(texts, 'main', true, hooks);
  const compared = flags.compare ? await comparison(inspector, { subject, texts, asked: flags.compare }, hooks) : null;
  const effects: ContextEffect[] = [];
  if (flags['all-contexts'])
    await inspector.contexts(
      { problem, task, texts, context, modes: INSPECT_MODES },
      (effect) => effects.push(effect),
      hooks,
    );
  const layers = flags.layers
    ? await inspector.layers({ problem, task, texts, context, contexts: flags['layer-contexts'] ?? 1 }, hooks)
    : null;
  inspector.close();
  const { origin } = prompts;
  return { version: 1, subject, task, problem, context, origin, verdict, texts, scored, compared, effects, layers };
}

/** The same texts under another model, or without the adapter. */
async function comparison(
  inspector: Inspector,
  { subject, texts, asked }: { subject: Subject; texts: Texts; asked: string },
  hooks: { signal: AbortSignal },
): Promise<Comparison> {
  const off = asked === 'adapter-off';
  const other = off ? subject : { model: asked, adapter: null, weightFormat: subject.weightFormat };
  if (!off) tell(await inspector.load(other, 'other', hooks));
  const scored = await inspector.score(texts, off ? 'main' : 'other', !off, hooks);
  return { subject: other, withAdapter: !off, scored };
}

/** What was opened, on stderr. */
function tell({ subject, family, parameters, weightFormat, bytes, seconds }: OpenSubject): void {
  note(
    `${basename(subject.model)}: ${family}, ${(parameters / 1e6).toPrecision(3)} million parameters in ${weightFormat}, ${bytesText(bytes)} on the device, ${seconds.toFixed(1)} s\n`,
  );
}

function newInspector(): Inspector {
  const device = openDevice(false);
  return new Inspector({
    openGpu: async () => (await device).gpu,
    prepare: async () => (await device).report,
    models: { open: loadModel, openLora: loadLora, readData: dataFor('train') },
    symbolic,
    python,
  });
}

function modeOf(name: string | undefined): InspectMode {
  const mode = INSPECT_MODES.find((m) => m === name);
  if (mode) return mode;
  const near = nearest(name ?? '', [...INSPECT_MODES]);
  throw new BadInput(
    `There is no context "${name}"`,
    '--context',
    near ? `Did you mean "${near}"?` : `Choose one of ${INSPECT_MODES.join(', ')}.`,
  );
}

function choiceOf(flags: Given, speaks: string): ProblemChoice {
  const { question, solution = '', answer = '' } = flags;
  if (question !== undefined) return { task: OWN, question, solution, answer };
  if (solution || answer)
    throw new BadInput('A solution or answer needs its problem', 'lab inspect', 'Give --question too.');
  const task = flags.task ?? speaks;
  return { task, seed: flags.seed ?? 0, index: flags.problem ?? 0, minDepth: flags['min-depth'] ?? null };
}

/** The response that the flags give, name or ask for. */
async function responseOf(flags: Given, sample: string | undefined, generate: () => Promise<string>): Promise<string> {
  const { response } = flags;
  if (response !== undefined && flags.generate)
    throw new BadInput('The response is given and to be generated', 'lab inspect', 'Give --response or --generate.');
  if (flags.generate) return generate();
  if (response?.startsWith('@')) {
    const path = resolve(response.slice(1));
    const bytes = (await readWhole(await fileSource(path), basename(path))) as Uint8Array;
    return utf8Text(bytes, path).replace(/\r?\n$/, ''); // the line end that editors put behind the last line
  }
  const given = response ?? sample;
  if (given !== undefined) return given;
  throw new BadInput('There is no response', 'lab inspect', 'Give --response TEXT, --response @FILE or --generate.');
}

/** Streams what the model writes to stderr: stdout is for the result. */
async function generated(inspector: Inspector, prompt: string, flags: Given, signal: AbortSignal): Promise<string> {
  let shown = 0;
  const more = (text: string) => {
    note(text.slice(shown));
    shown = text.length;
  };
  const options = {
    temperature: flags.temperature ?? 1,
    topP: flags['top-p'] ?? 1,
    maxNewTokens: flags['max-new-tokens'] ?? 256,
    seed: flags.seed ?? 0,
  };
  const { text } = await inspector.generate(prompt, options, more, { signal });
  more(`${text}\n\n`);
  return text;
}

async function write(file: string, text: string): Promise<void> {
  await writeResult(file, text);
  note(`Wrote ${resolve(file)}\n`);
}

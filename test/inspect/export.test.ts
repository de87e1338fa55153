/** Exported inspections: JSON there and back, CSV that a parser reads, HTML in which no text becomes markup. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible } from '../../src/data/visible';
import { inspectionCsv, inspectionJson, readInspection } from '../../src/inspect/export';
import { escapeHtml, inspectionHtml } from '../../src/inspect/export-html';
import { COLOURS } from '../../src/inspect/export-style';
import { tintOfU } from '../../src/inspect/tint';
import { MEASURES } from '../../src/ui/heatmap/measures';
import { tintOf } from '../../src/ui/tokens/tint';
import { inspectionOf } from '../setup/inspection';

/** Pieces that want to be markup, formulas, other rows or other fields. */
const nasty = fc.constantFrom(
  '<script>alert(1)</script>',
  '</span><img src=x onerror=alert(1)>',
  '" onmouseover="alert(1)',
  "'><b>",
  '&lt;',
  ']]>',
  '=1+1',
  'a,"b"\r\nc',
  '\u0000\u0007',
  '\u202eevil\u2066',
  '\ud800',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '__proto__',
  '🦊',
  '你好',
  '\n',
  '   ',
  '</style><style>*{display:none}',
  '-->',
);
const cell = fc.tuple(
  fc.oneof(nasty, fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' })),
  fc.double({ min: -20, max: 20, noNaN: true }).map((x) => x + 0),
);
const inspections = fc.array(cell, { minLength: 1, maxLength: 20 }).map((cells) =>
  inspectionOf(
    cells.map(([p]) => p),
    cells.map(([, x]) => x),
  ),
);

/** JSON has no −0, and makes plain objects of all. */
function plainZeros<T>(value: T): T {
  if (typeof value === 'number') return (value + 0) as T;
  if (value instanceof Float32Array) return value.map((x) => x + 0) as T;
  if (Array.isArray(value)) return value.map(plainZeros) as T;
  if (value === null || typeof value !== 'object' || value instanceof Uint32Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, x]) => [name, plainZeros(x)])) as T;
}

describe('JSON', () => {
  it('is read back as it was with any text in every place of a text, and shows what it says', () => {
    const text = fc.oneof(nasty, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
    const facts = fc.dictionary(
      fc.oneof(text, fc.constantFrom('constructor', 'prototype')),
      fc.oneof(text, fc.jsonValue()),
    );
    fc.assert(
      fc.property(inspections, text, text, facts, (inspection, one, other, facts) => {
        const subject = { model: one, adapter: other, weightFormat: one };
        const effects = inspection.effects.map((effect) => ({
          ...{ ...effect, origin: one, teacher: other },
          context: { ...effect.context, solution: one },
        }));
        const hostile = {
          ...{ ...inspection, subject, effects, task: other, origin: one },
          problem: { id: one, question: other, solution: one, answer: other, facts },
          context: { ...inspection.context, wording: other },
          verdict: { reward: 0, reason: one },
          texts: { ...inspection.texts, student: one, teacher: other },
          compared: inspection.compared && { ...inspection.compared, subject },
        };
        const json = inspectionJson(hostile);
        const back = readInspection(new TextDecoder().decode(new TextEncoder().encode(json)));
        expect(back).toEqual(plainZeros(hostile));
        expect(visible(json)).toBe(json);
      }),
      { numRuns: 50 },
    );
  });

  it('of an earlier version, whose weights had a storage, is read', () => {
    const inspection = inspectionOf(['a', 'b'], [1, 2]);
    const { weightFormat: storage, ...subject } = inspection.subject;
    const written = JSON.parse(inspectionJson(inspection));
    expect(readInspection(JSON.stringify({ ...written, subject: { ...subject, storage } }))).toEqual(inspection);
  });

  it.each([
    ['{', /no JSON/],
    ['{"version": 2}', /no inspection of version 1: version/],
    ['[]', /no inspection/],
  ])('%s is refused', (json, why) => {
    expect(() => readInspection(json)).toThrow(why);
  });

  it('with a damaged column is refused by name', () => {
    const broken = (change: (x: ReturnType<typeof inspectionOf>) => object) => () =>
      readInspection(JSON.stringify(change(JSON.parse(inspectionJson(inspectionOf(['a', 'b'], [1, 2]))))));
    expect(broken((x) => ({ ...x, scored: { ...x.scored, u: [1] } }))).toThrow(/scored: its columns differ in length/);
    expect(broken((x) => ({ ...x, scored: { ...x.scored, s: [1, null] } }))).toThrow(/scored\.s\.1/);
    expect(broken((x) => ({ ...x, texts: { ...x.texts, response: '' } }))).toThrow(/lie outside the response/);
    expect(broken((x) => ({ ...x, effects: [{ ...x.effects[0], t: [] }] }))).toThrow(/context’s columns/);
    expect(broken(({ scored: _, ...x }) => x)).toThrow(/scored/);
  });
});

/** Rows of RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows[rows.length - 1].push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === '\r\n') rows.push([]);
    else if (end === '') break;
  }
  return rows.slice(0, -1);
}

describe('CSV', () => {
  it('has a line a token, and every token comes back', () => {
    fc.assert(
      fc.property(inspections, (inspection) => {
        const csv = inspectionCsv(inspection);
        const { tokens, u } = inspection.scored;
        expect(csv.split('\r\n')).toHaveLength(tokens.length + 2);
        const [head, ...rows] = parseCsv(csv);
        const at = (name: string) => head.indexOf(name);
        expect(rows.map((row) => JSON.parse(row[at('token')]))).toEqual(tokens);
        expect(rows.map((row) => Number(row[at('u')]) + 0)).toEqual(Array.from(u, (x) => x + 0));
        expect(rows.map((row) => Number(row[at('u_none')]))).toHaveLength(tokens.length);
        for (const value of rows.flat()) expect(Number.isFinite(Number(value)) || /^[a-z"[]/.test(value)).toBe(true);
        expect(visible(csv.replaceAll('\r\n', '\n'))).toBe(csv.replaceAll('\r\n', '\n'));
      }),
    );
  });

  it('leaves a comparison out whose tokens are others', () => {
    const inspection = inspectionOf(['a', 'b'], [1, 2]);
    expect(inspectionCsv(inspection)).toContain('u_compared');
    const other = { ...inspection.scored, ids: Uint32Array.of(7, 8) };
    const compared = { subject: inspection.subject, withAdapter: true, scored: other };
    expect(inspectionCsv({ ...inspection, compared })).not.toContain('u_compared');
  });
});

/** Tags of a page and the text between them, told apart as a browser does. */
const tagsOf = (html: string) => [...html.matchAll(/<\/?([a-z0-9]+)[^>]*>/gi)].map(([tag, name]) => ({ tag, name }));

describe('HTML', () => {
  it('asks nobody for anything and runs nothing', () => {
    const html = inspectionHtml(inspectionOf(['Wait', ' 3'], [-1, 0.5]));
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<script|src=|href=|url\(|@import|javascript:/i);
  });

  it('holds every token as text under its tint', () => {
    const html = inspectionHtml(inspectionOf(['Wait', ' 3', '\n'], [-2.5, 0.3, 0]));
    expect(html).toMatch(/<span class="b3" data-u="-2.5" title="[^"]*">Wait<\/span>/);
    expect(html).toMatch(/<span class="a1" data-u="0.3" title="[^"]*"> 3<\/span>/);
    expect(html).toContain('Σu');
  });

  it('has no markup but its own, whatever the texts are', () => {
    const plain = inspectionHtml(inspectionOf(['x'], [0]));
    const own = new Set(tagsOf(plain).map(({ name }) => name));
    for (const name of ['span', 'p']) own.add(name);
    fc.assert(
      fc.property(inspections, fc.oneof(nasty, fc.string()), (inspection, text) => {
        const html = inspectionHtml({
          ...inspection,
          origin: text,
          subject: { model: text, adapter: text, weightFormat: text },
          problem: { ...inspection.problem, question: text, answer: text },
          verdict: { reward: 0, reason: text },
          texts: { ...inspection.texts, student: text, teacher: text },
        });
        const [head, body] = html.split('</style>', 2);
        expect(html.split('</style>')).toHaveLength(2);
        expect(head).toContain('<title>');
        for (const { tag, name } of tagsOf(html)) {
          expect(own.has(name)).toBe(true);
          // Attributes are those the page writes, each quoted whole.
          expect(tag.replace(/="[^"]*"/g, '')).toMatch(
            /^<\/?[a-z0-9]+( (lang|charset|http-equiv|content|name|class|data-u|title))*>$/,
          );
        }
        const shown = [...body.matchAll(/data-u="([^"]*)"/g)].flatMap(([, u]) => u.split(' '));
        expect(shown.length).toBe(2 * inspection.scored.u.length); // the response and its comparison
      }),
    );
  });

  it('escapes what HTML reads, and what would not be seen', () => {
    expect(escapeHtml(`<a b="c" d='e'>&\u0000\u202e\n`)).toBe(
      '&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;\\u0000\\u202e\n',
    );
  });

  it('has the colours and tints of the page', () => {
    const css = readFileSync(join(import.meta.dirname, '../../src/ui/styles/tokens.css'), 'utf8');
    for (const [name, [light, dark]] of Object.entries(COLOURS))
      expect(css).toContain(`--${name}: light-dark(${light}, ${dark});`);
    for (let u = -3; u <= 3; u += 0.125) expect(tintOfU(u) + 0).toBe(tintOf(u, MEASURES.u) + 0);
  });
});

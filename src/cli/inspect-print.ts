/** An inspection in the terminal: the response under its tints (or a row a token where there is no colour), and figures. */
import { sum } from '../antisd/statistics';
import { visible } from '../data/visible';
import { type Analysis, analyse } from '../inspect/analysis';
import type { Comparison, Inspection } from '../inspect/export';
import { signed } from '../inspect/signed';
import { segments } from '../inspect/spans';
import { TINT_DOMAIN, TINT_STEPS, tintOfU } from '../inspect/tint';
import type { ScoredText } from '../inspect/types';
import { layersText } from './layers-print';
import { painted, quoted } from './paint';

/** Tokens with the largest change, in a comparison. */
const CHANGES = 8;

/** Everything, as lines for a terminal; of a token (from 1) every layer, where layers were read. */
export function inspectionText(inspection: Inspection, coloured: boolean, token?: number): string {
  const { problem, task, context, origin, verdict, texts, scored, compared, effects, layers } = inspection;
  const a = analyse(scored, texts.response);
  return [
    visible(`${problem.question} (${task})`),
    visible(`context ${context.mode}: ${origin}`),
    visible(`verdict: ${verdict.reason}`),
    '',
    coloured ? `${legend()}\n\n${heatmap(scored, texts.response)}` : columns(scored),
    '',
    figures(a),
    ...(compared ? ['', comparison(compared, scored, texts.response, coloured)] : []),
    ...(effects.length > 0 ? ['', contexts(inspection)] : []),
    ...(layers ? ['', layersText(layers, scored, coloured, token)] : []),
    ...(a.warning ? ['', a.warning] : []),
    '',
  ].join('\n');
}

function heatmap(scored: ScoredText, text: string): string {
  return segments(scored.spans, text.length)
    .map(({ from, to, first, end }) => {
      const own = scored.u.slice(first, end);
      const shown = visible(text.slice(from, to) || (first < end ? scored.tokens[first] : ''));
      return painted(shown, tintOfU(sum(own)));
    })
    .join('');
}

function legend(): string {
  const cells = [-3, -2, -1, 0, 1, 2, 3].map((step) => {
    const from = step === 0 ? 0 : Math.sign(step) * TINT_STEPS[Math.abs(step) - 1] * TINT_DOMAIN;
    return painted(` ${signed(from)} `, step);
  });
  return `u, nats: deliberation ${cells.join('')} shortcut`;
}

function columns({ tokens, u, s, t, H_S, H_T }: ScoredText): string {
  const head = ['u', 's', 't', 'H_S', 'H_T'].map((name) => name.padStart(8)).join('');
  const rows = tokens.map((token, i) => {
    const cells = [...[u, s, t].map((c) => signed(c[i], 3)), ...[H_S, H_T].map((c) => c[i].toFixed(3))];
    return `${cells.map((cell) => cell.padStart(8)).join('')}  ${quoted(token)}`;
  });
  return [`${head}  token`, ...rows].join('\n');
}

function figures(a: Analysis): string {
  const list = (rows: Analysis['shortcuts']) =>
    rows
      .slice(0, 6)
      .map((r) => `${quoted(r.token)} ${signed(r.meanU)}${r.count > 1 ? ` (${r.count} times)` : ''}`)
      .join(', ') || 'none';
  const classes = a.classes.map((c) => `${c.name} ${Math.round(100 * c.share)} %`).join(', ');
  return [
    `Σu ${signed(a.sumU)} nats over ${a.tokens} token${a.tokens === 1 ? '' : 's'}: shortcuts ${signed(a.above)}, deliberation ${signed(a.below)}; mean |u| ${a.meanAbsU.toFixed(3)}`,
    `entropy ${a.studentEntropy.toFixed(3)} (student), ${a.teacherEntropy.toFixed(3)} (teacher) nats; perplexity ${a.studentPerplexity.toFixed(2)}, ${a.teacherPerplexity.toFixed(2)}`,
    `shortcut: ${list(a.shortcuts)}`,
    `deliberation: ${list(a.deliberation)}`,
    `share of Σ|u|: ${classes}`,
  ].join('\n');
}

function comparison(compared: Comparison, before: ScoredText, text: string, coloured: boolean): string {
  const { subject, withAdapter, scored } = compared;
  const name = withAdapter ? visible(subject.model) : 'adapter off';
  const sums = `compared with ${name}: Σu ${signed(sum(scored.u))} there, ${signed(sum(before.u))} here`;
  const same = scored.ids.join() === before.ids.join();
  return [
    sums,
    ...(coloured ? [heatmap(scored, text)] : []),
    same ? changes(scored, before) : 'It cuts the text into other tokens, so that only the sums can be compared.',
  ].join('\n');
}

/** The tokens whose u differs most. */
function changes(there: ScoredText, here: ScoredText): string {
  const order = Array.from(here.u.keys()).sort(
    (i, j) => Math.abs(here.u[j] - there.u[j]) - Math.abs(here.u[i] - there.u[i]),
  );
  const rows = order.slice(0, CHANGES).map((i) => {
    return `${signed(there.u[i]).padStart(8)} → ${signed(here.u[i]).padEnd(8)}${quoted(here.tokens[i])} (token ${i + 1})`;
  });
  return `largest changes of u, there → here:\n${rows.join('\n')}`;
}

function contexts({ effects }: Inspection): string {
  const width = Math.max(...effects.map((e) => e.mode.length)) + 2;
  const rows = effects.map((e) => {
    const size = sum(e.u.map(Math.abs)) / e.u.length;
    return `${e.mode.padEnd(width)}${signed(sum(e.u)).padStart(9)}${size.toFixed(3).padStart(10)}  ${visible(e.origin)}`;
  });
  return [`${'context'.padEnd(width)}${'Σu'.padStart(9)}${'mean |u|'.padStart(10)}  c`, ...rows].join('\n');
}

/** An inspection as one HTML file: no script, no request, light and dark. Every text in it is escaped. */
import { sum } from '../antisd/statistics';
import { visible } from '../data/visible';
import { type Analysis, analyse } from './analysis';
import type { Comparison, Inspection } from './export';
import { STYLE } from './export-style';
import { signed } from './signed';
import { type Segment, segments } from './spans';
import { TINT_DOMAIN, TINT_STEPS, tintClass, tintOfU } from './tint';
import type { ScoredText, Subject } from './types';

/** Text and attribute values alike. What would show nothing, or turn the direction of reading, stands as its escape. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return visible(text).replace(/[&<>"']/g, (c) => entities[c]);
}

/** A page that stands alone: its policy lets it run nothing and ask for nothing. `body` is HTML; the title is escaped here. */
export const htmlPage = (title: string, style: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;

/** The page. `data-u` of a token is its u in nats; tokens that share a character share an element, their u in order. */
export function inspectionHtml(inspection: Inspection): string {
  const { texts, scored, compared } = inspection;
  const analysis = analyse(scored, texts.response);
  const title = `Token signals: ${inspection.problem.question.slice(0, 80)}`;
  const body = `<h1>Token signals of a response</h1>
${facts(inspection, analysis)}
${analysis.warning ? `<p class="warning">${escapeHtml(analysis.warning)}</p>\n` : ''}${legend()}
${heatmap(scored, texts.response, 'Response')}
${compared ? comparison(compared, scored, texts.response) : ''}${effects(inspection)}${tokenLists(analysis)}
${classTable(analysis)}
<h2>The two prompts</h2>
<div class="pair">
${prompt('Student', texts.student, scored.studentTokens)}
${prompt('Teacher', texts.teacher, scored.teacherTokens)}
</div>
<footer>Made by AntiSD Lab. Tokens are real text; point at one for its numbers, which <code>data-u</code> holds too.</footer>`;
  return htmlPage(title, STYLE, body);
}

const subjectName = ({ model, adapter, weightFormat }: Subject): string =>
  `${model}${adapter ? ` with the adapter ${adapter}` : ''}${weightFormat === 'auto' ? '' : `, ${weightFormat}`}`;

function facts({ subject, task, problem, context, origin, verdict }: Inspection, a: Analysis): string {
  const rows: [string, string][] = [
    ['Model', subjectName(subject)],
    ['Problem', `${problem.question} (${task})`],
    ['Verdict', verdict.reason],
    ['Context c', `${context.mode}: ${origin}`],
    ['Σu', `${signed(a.sumU)} nats (shortcuts ${signed(a.above)}, deliberation ${signed(a.below)})`],
    ['Tokens', `${a.tokens}, mean |u| ${a.meanAbsU.toFixed(3)} nats`],
    ['Entropy', `student ${a.studentEntropy.toFixed(3)}, teacher ${a.teacherEntropy.toFixed(3)} nats a token`],
    ['Perplexity', `student ${a.studentPerplexity.toFixed(2)}, teacher ${a.teacherPerplexity.toFixed(2)}`],
  ];
  return `<dl>${rows.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join('\n')}</dl>`;
}

function legend(): string {
  const cells = [-3, -2, -1, 0, 1, 2, 3].map((step) => {
    const from = step === 0 ? '0' : signed(Math.sign(step) * TINT_STEPS[Math.abs(step) - 1] * TINT_DOMAIN);
    return `<span class="${tintClass(step)}">${from}</span>`;
  });
  return `<p class="legend">u = log p(token | x, c) − log p(token | x), nats: deliberation <span class="scale">${cells.join('')}</span> shortcut</p>`;
}

function heatmap(scored: ScoredText, text: string, title: string): string {
  const spans = segments(scored.spans, text.length).map((segment) => element(scored, text, segment));
  return `<h2>${title}</h2>\n<p class="tokens">${spans.join('')}</p>`;
}

function element(scored: ScoredText, text: string, { from, to, first, end }: Segment): string {
  const shown = text.slice(from, to);
  if (first === end) return escapeHtml(shown);
  const own = Array.from({ length: end - first }, (_, k) => first + k);
  const tint = tintClass(tintOfU(own.reduce((sum, i) => sum + scored.u[i], 0)));
  const classes = [tint, /^\s+$/.test(shown) ? 'space' : '', shown === '' ? 'empty' : ''].filter(Boolean).join(' ');
  const u = own.map((i) => Number(scored.u[i].toPrecision(6))).join(' ');
  const title = own.map((i) => numbers(scored, i)).join('\n');
  const body = escapeHtml(shown === '' ? scored.tokens[first] || '∅' : shown);
  return `<span${classes ? ` class="${classes}"` : ''} data-u="${u}" title="${escapeHtml(title)}">${body}</span>`;
}

function numbers({ tokens, u, s, t, H_S, H_T }: ScoredText, i: number): string {
  const chance = (x: number) => `${(100 * Math.exp(x)).toPrecision(2)} %`;
  return (
    `${JSON.stringify(tokens[i])} (${i + 1} of ${tokens.length}): u ${signed(u[i], 3)}, ` +
    `s ${signed(s[i], 3)} (${chance(s[i])}), t ${signed(t[i], 3)} (${chance(t[i])}), ` +
    `H_S ${H_S[i].toFixed(3)}, H_T ${H_T[i].toFixed(3)}`
  );
}

function comparison({ subject, withAdapter, scored }: Comparison, before: ScoredText, text: string): string {
  const name = withAdapter ? subjectName(subject) : `${subject.model} with the adapter off`;
  return `${heatmap(scored, text, `The same under ${escapeHtml(name)}`)}
<p>Σu ${signed(sum(scored.u))} nats; above ${signed(sum(before.u))}.</p>
`;
}

function effects({ effects: list, texts }: Inspection): string {
  if (list.length === 0) return '';
  const rows = list.map((e) => {
    const a = { sum: e.u.reduce((x, y) => x + y, 0), size: e.u.reduce((x, y) => x + Math.abs(y), 0) / e.u.length };
    const same = e.mode !== 'none' && e.teacher === texts.student ? ' The teacher reads the student’s prompt.' : '';
    return [e.mode, e.origin + same, signed(a.sum), a.size.toFixed(3)];
  });
  return `<h2>Every context</h2>\n${htmlTable(['Mode', 'Where c comes from', 'Σu', 'mean |u|'], rows)}\n`;
}

function tokenLists({ shortcuts, deliberation }: Analysis): string {
  const rows = (list: Analysis['shortcuts']) =>
    list.map((r) => [JSON.stringify(r.token), String(r.count), signed(r.meanU), signed(r.count * r.meanU)]);
  const head = ['Token', 'Count', 'mean u', 'Σu'];
  return `<div class="pair">
<section><h2>Shortcut tokens</h2>${htmlTable(head, rows(shortcuts))}</section>
<section><h2>Deliberation tokens</h2>${htmlTable(head, rows(deliberation))}</section>
</div>`;
}

function classTable({ classes }: Analysis): string {
  const rows = classes.map((c) => [c.name, String(c.tokens), signed(c.sumU), `${Math.round(100 * c.share)} %`]);
  return `<h2>What kind of token carries the signal</h2>\n${htmlTable(['Class', 'Tokens', 'Σu', 'share of Σ|u|'], rows)}`;
}

export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string) =>
    `<td${/^[+\u2212]?[\d.]+( %)?$/.test(text) ? ' class="number"' : ''}>${escapeHtml(text)}</td>`;
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  const names = head.map((name) => `<th>${escapeHtml(name)}</th>`).join('');
  return `<table><thead><tr>${names}</tr></thead><tbody>${body}</tbody></table>`;
}

const prompt = (title: string, text: string, tokens: number): string =>
  `<section><h3>${title}, ${tokens} tokens</h3><pre>${escapeHtml(text)}</pre></section>`;

/** A report as one HTML file: no script, no request, light, dark and on paper. Every text in it is escaped. */
import { VERSION } from '../data/version';
import { escapeHtml, htmlPage, htmlTable } from '../inspect/export-html';
import { STYLE } from '../inspect/export-style';
import { type Chart, draw } from './chart';
import { reportCharts, withoutPass } from './charts';
import { evaluationTables } from './evaluation-tables';
import type { ReportModel } from './model';
import { probesHtml } from './probes-html';
import { shapeText } from './shape';
import { reachTable, resultsTable, runsTable, settingsTable, type Table, tokenTables } from './tables';

export interface ReportAbout {
  readonly title: string;
  /** The command that made it, where one did. */
  readonly command?: string;
}

export function reportHtml(model: ReportModel, { title, command }: ReportAbout): string {
  const { runs, notes, evaluations } = model;
  const body = `<h1>${escapeHtml(title)}</h1>
${runs.length > 0 ? `<p>${escapeHtml(introOf(model))}</p>` : ''}
${notes.length > 0 ? `<ul class="notes">${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>` : ''}
${runs.length > 0 ? ofRuns(model) : ''}
${evaluationTables(evaluations).map(section).join('\n')}
<footer>Made by AntiSD Lab ${VERSION}${command ? ` with <code>${escapeHtml(command)}</code>` : ''}. The method is by Shen et al., arXiv 2605.11609.</footer>`;
  return htmlPage(title, `${STYLE}${REPORT_STYLE}`, body);
}

function introOf({ groups, runs }: ReportModel): string {
  const devices = [...new Set(runs.map(({ device }) => device?.name ?? 'a device that is not known'))];
  return `${runs.length} runs in ${groups.length} groups, on ${devices.join(' and ')}. A line is the mean over seeds, thin lines are seeds, a band is the 95 % interval over them.`;
}

function ofRuns(model: ReportModel): string {
  const hasBaseline = model.groups.some(({ baseline }) => baseline !== null);
  return `${section(resultsTable(model))}
${hasBaseline ? section(reachTable(model, 'toBest')) : ''}
${section(reachTable(model, 'toGoal'))}
<h2>Curves</h2>
<div class="charts">
${reportCharts(model).map(figure).join('\n')}
</div>
${legend(withoutPass(model))}
<h2>Tokens over the run</h2>
<div class="pair">${tokenTables(model)
    .map((table) => `<section><h3>${escapeHtml(table.title)}</h3>${htmlTable(table.head, table.rows)}</section>`)
    .join('\n')}</div>
${probesHtml(model)}
${section(runsTable(model))}
${section(settingsTable(model))}`;
}

const legend = (words: string | null | undefined): string =>
  words ? `<p class="legend">${escapeHtml(words)}</p>\n` : '';

const section = ({ title, doc, head, rows }: Table): string =>
  `<h2>${escapeHtml(title)}</h2>\n${legend(doc)}${rows.length > 0 ? `<div class="wide">${htmlTable(head, rows.map(kept))}</div>` : ''}`;

/** With intervals and their numbers' signs on one line. */
const kept = (row: readonly string[]): string[] =>
  row.map((cell) => cell.replace(/ ×|\[[^\]]{1,24}\]|> \d/g, (part) => part.replaceAll(' ', '\u00a0')));

function figure(chart: Chart): string {
  const drawing = draw(chart);
  if (!drawing) return '';
  const { title, doc } = chart;
  return `<figure><figcaption><strong>${escapeHtml(title)}</strong>: ${escapeHtml(doc)}</figcaption>${shapeText(drawing)}</figure>`;
}

const REPORT_STYLE = `
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,28rem),1fr));gap:24px}
figure{margin:0;break-inside:avoid}figcaption{color:var(--ink-muted);font-size:12px;margin-bottom:4px}
figcaption strong{color:var(--ink)}
svg{width:100%;height:auto;color:var(--ink)}
.wide{overflow-x:auto}.wide table{width:auto;min-width:100%}.wide td{overflow-wrap:break-word}
.notes{color:var(--ink-muted);padding-left:20px}
h2,h3,.legend{break-after:avoid}tr{break-inside:avoid}
@media print{main{max-width:none;padding:0}body{font-size:9pt}.charts{grid-template-columns:1fr 1fr}.wide{overflow:visible}
td,th{padding-right:8px}}
`;

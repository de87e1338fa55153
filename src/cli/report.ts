/** `report`: stored runs compared, as one HTML file, as CSV, as drawings. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { BOUNDS } from '../data/bounds';
import { expectWithin } from '../data/bytes';
import { BadInput } from '../data/errors';
import { StorageError } from '../host/storage-error';
import { draw } from '../report/chart';
import { reportCharts } from '../report/charts';
import { curvesCsv, resultsCsv } from '../report/csv';
import { evaluationTables } from '../report/evaluation-tables';
import { reportHtml } from '../report/html';
import { type LoadedEvaluation, loadedEvaluation } from '../report/loaded-evaluation';
import { type LoadedRun, loadedRun } from '../report/loaded-run';
import { REPORT_DEFAULTS, type ReportModel, reportOf } from '../report/model';
import { svgFile } from '../report/shape';
import { reachTable, resultsTable, type Table } from '../report/tables';
import { CONFIG as EVALUATION, RESULTS } from '../runs/evaluation/config';
import { RunStore } from '../runs/run-store';
import { defineCommand, EXIT } from './command';
import { note, print } from './output';
import { expectApart, runFiles, writeResult } from './places';

export const report = defineCommand({
  name: 'report',
  summary: 'stored runs compared: curves, intervals, speed-ups; HTML, CSV, SVG',
  words: { placeholder: 'RUN...', doc: 'RUN: a folder that train or eval --data made, or one that holds such folders' },
  details:
    'Runs of the same settings and different seeds are a group. Without --out, --csv or --svg the tables are printed.',
  flags: {
    out: { kind: 'text', doc: 'the report, one HTML file', placeholder: 'FILE' },
    csv: { kind: 'text', doc: 'every figure of every run and step', placeholder: 'FILE' },
    results: { kind: 'text', doc: 'estimates and intervals of each group, as CSV', placeholder: 'FILE' },
    svg: { kind: 'text', doc: 'a folder for the charts, each a file', placeholder: 'DIR' },
    title: { kind: 'text', doc: 'its heading', default: 'Runs compared' },
    baseline: { kind: 'text', doc: 'the method that others are measured against', default: REPORT_DEFAULTS.baseline },
    goal: { kind: 'number', doc: 'an accuracy to reach', default: REPORT_DEFAULTS.goal, min: 0, max: 1 },
  },
  async run({ out, csv, results, svg, title = '', baseline, goal }, words) {
    expectApart({ out, csv, results });
    const { runs, evaluations } = await loadNamed(words);
    const model = reportOf(runs, { baseline, goal }, evaluations);
    const command = ['npm run lab -- report', ...words, ...(out ? ['--out', out] : [])].join(' ');
    if (out) await writeResult(out, reportHtml(model, { title, command }));
    if (csv) await writeResult(csv, curvesCsv(model));
    if (results) await writeResult(results, resultsCsv(model));
    if (svg) await writeCharts(model, svg);
    if (!out && !csv && !results && !svg) print(asText(model));
    for (const line of model.notes) note(`${line}\n`);
    return EXIT.done;
  },
});

/** The runs and evaluations that words name, each once, in their order. Throws BadInput where one names none. */
async function loadNamed(words: readonly string[]) {
  const runs = new Map<string, LoadedRun>();
  const evaluations = new Map<string, LoadedEvaluation>();
  for (const word of words) {
    const folders = await madeFolders(word);
    if (folders.length === 0)
      throw new BadInput('There is no run here', word, 'Give folders that train made, or one that holds such folders.');
    for (const folder of folders) {
      const { evaluation, run } = await loadFolder(folder).catch((error) => {
        // One that was named is wanted; among others it does not hide them.
        if (folder === word || !(error instanceof BadInput || error instanceof StorageError)) throw error;
        note(`${error.message}\n`);
        return { evaluation: null, run: null };
      });
      if (evaluation) evaluations.set(resolve(folder), evaluation);
      else if (run) runs.set(resolve(folder), run);
      else note(`${folder} is no run of train, or has no step yet: left out.\n`);
    }
  }
  if (runs.size + evaluations.size === 0)
    throw new BadInput('No run can be compared', words.join(' '), 'Name runs that train made.');
  return { runs: [...runs.values()], evaluations: [...evaluations.values()] };
}

async function loadFolder(folder: string) {
  const evaluation = await loadEvaluation(folder);
  return { evaluation, run: evaluation ? null : await loadRun(folder) };
}

async function madeFolders(path: string): Promise<string[]> {
  const isOne = (at: string): boolean => existsSync(join(at, 'config.json')) || existsSync(join(at, EVALUATION));
  if (isOne(path)) return [path];
  const names = await readdir(path).catch((): string[] => []);
  const within = names.sort().map((name) => join(path, name));
  return within.filter(isOne);
}

/** Null where the folder is none of eval's, or has no results yet. Throws BadInput for what is no result. */
async function loadEvaluation(folder: string): Promise<LoadedEvaluation | null> {
  if (!existsSync(join(folder, EVALUATION))) return null;
  const files = runFiles(folder);
  expectWithin(await files.size(RESULTS), BOUNDS.json, RESULTS, folder);
  const bytes = await files.read(RESULTS);
  return bytes && loadedEvaluation(basename(resolve(folder)), bytes);
}

async function loadRun(folder: string): Promise<LoadedRun | null> {
  const run = loadedRun(basename(resolve(folder)), await new RunStore(runFiles(folder)).log.story('compared'));
  return run && run.steps.length > 0 ? run : null;
}

async function writeCharts(model: ReportModel, folder: string): Promise<void> {
  for (const chart of reportCharts(model)) {
    const drawing = draw(chart);
    if (drawing) await writeResult(join(folder, `${chart.id}.svg`), svgFile(drawing));
  }
}

function asText(model: ReportModel): string {
  const ofRuns = [resultsTable(model), reachTable(model, 'toBest'), reachTable(model, 'toGoal')];
  const tables = [...(model.runs.length > 0 ? ofRuns : []), ...evaluationTables(model.evaluations)];
  return tables.map(textTable).join('\n');
}

/** As Markdown, which can be read as it is too. */
export function textTable({ title, head, rows }: Table): string {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return `${title}\n\n${row(head)}|${head.map(() => '---|').join('')}\n${rows.map(row).join('')}`;
}

/** The tables of a report, as text in cells: the page, the HTML file and the command line show these. */
import type { Estimate } from '../antisd/bootstrap';
import type { TokenRow } from '../antisd/measures';
import type { Reach, SpeedUp } from '../antisd/reach';
import { compact, duration, plain } from '../data/numbers';
import { signed } from '../inspect/signed';
import { TRAIN_TABLE } from '../settings/config';
import { flagOf } from '../settings/setting';
import { AXES, type AxisName } from './curves';
import { commandOf } from './groups';
import type { LoadedRun } from './loaded-run';
import type { GroupReport, ReportModel } from './model';

export interface Table {
  readonly title: string;
  /** How it is to be read. */
  readonly doc?: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** .94, of numbers from 0 to 1. */
const share = (x: number): string => x.toFixed(3).replace(/^0/, '');
export const estimated = (e: Estimate | null): string =>
  e === null ? '–' : e.low === e.high ? share(e.value) : `${share(e.value)} [${share(e.low)}, ${share(e.high)}]`;

const endless = (x: number): string => (x === 0 ? 'never' : Number.isFinite(x) ? x.toFixed(2) : '∞');

/** `2.00 × [1.50, 2.31]`; `≤ 0.60 ×` where half of the runs did not get there: more than that is not known. */
function speedUpText(s: SpeedUp | null): string {
  if (!s) return '–';
  const sign = { exact: '', 'at most': '≤ ', 'at least': '≥ ' }[s.bound];
  const interval = s.pairs === 1 ? '(one seed)' : `[${endless(s.low)}, ${endless(s.high)}]`;
  return `${sign}${s.value.toFixed(2)} × ${interval}`;
}

/** `> 120` of a run that did not get there. */
const reachText = (reach: Reach | null, axis: AxisName): string =>
  reach === null ? '–' : `${reach.censored ? '> ' : ''}${amount(reach.at, axis)}`;

const amount = (x: number, axis: AxisName): string =>
  axis === 'step' ? String(Math.round(x)) : axis === 'tokens' ? compact(x) : duration(x);

/** What each group came to. */
export function resultsTable({ groups, options }: ReportModel): Table {
  return {
    title: 'Results',
    doc: `Of the last evaluation of each run, held-out problems: mean and 95 % percentile-bootstrap interval over what is named. The speed-up is the ratio of median steps to the best accuracy of ${options.baseline}’s run of the same seed.`,
    head: [
      'Group',
      'seeds',
      'avg@k',
      'interval over',
      'pass@k',
      'best',
      'speed-up',
      'steps',
      'tokens',
      'time',
      'length',
    ],
    rows: groups.map(({ group, accuracy, over, pass, best, toBest, end }) => [
      group.label,
      group.runs.map(({ config }) => config.seed).join(' / '),
      estimated(accuracy),
      over,
      pass.length > 0 ? `${estimated(pass[pass.length - 1])} (k = ${pass.length})` : '–',
      best === null ? '–' : share(best),
      speedUpText(toBest.step.speedUp),
      amount(end.step, 'step'),
      amount(end.tokens, 'tokens'),
      amount(end.seconds, 'seconds'),
      plain(end.length),
    ]),
  };
}

/** Where each run got how soon, on every axis. */
export function reachTable(model: ReportModel, what: 'toBest' | 'toGoal'): Table {
  const { baseline, goal } = model.options;
  const cells = (report: GroupReport, axis: AxisName) => [
    report[what][axis].runs.map((reach) => reachText(reach, axis)).join(' / '),
    speedUpText(report[what][axis].speedUp),
  ];
  const axes = Object.keys(AXES) as AxisName[];
  return {
    title: what === 'toBest' ? `To the best of ${baseline}` : `To an accuracy of ${goal}`,
    doc: `First evaluation there, a value a seed, nothing smoothed; “>”: not until the run ended (right-censored, and counted). Speed-ups are ratios of Kaplan–Meier medians over pairs of the same seed, with the 95 % interval over seeds; “never”: in such draws half of the runs did not get there.`,
    head: ['Group', 'seeds', ...axes.flatMap((axis) => [AXES[axis], 'speed-up'])],
    rows: model.groups.map((report) => [
      report.group.label,
      report.group.runs.map(({ config }) => config.seed).join(' / '),
      ...axes.flatMap((axis) => cells(report, axis)),
    ]),
  };
}

/** Rarer tokens say little. */
const LEAST_COUNT = 5;
const TOKENS_SHOWN = 8;

/** The tokens of one sign of u that weigh most, of a group's first seed. */
function tokenTable(name: string, table: readonly TokenRow[]): Table {
  const of = (sign: 1 | -1) =>
    table
      .filter(({ count, meanU }) => count >= LEAST_COUNT && sign * meanU >= 0.005)
      .toSorted((a, b) => sign * (b.meanU - a.meanU))
      .slice(0, TOKENS_SHOWN);
  return {
    title: name,
    head: ['token', 'count', 'mean u', 'mean term', 'share'],
    rows: [...of(1), ...of(-1).reverse()].map(({ token, count, meanU, meanTerm, share: part }) => [
      JSON.stringify(token),
      String(count),
      signed(meanU),
      signed(meanTerm, 3),
      `${(100 * part).toFixed(1)} %`,
    ]),
  };
}

export const tokenTables = ({ groups }: ReportModel): Table[] =>
  groups
    .filter(({ group }) => group.runs[0].table.length > 0)
    .map(({ group }) => tokenTable(`${group.label}, seed ${group.runs[0].config.seed}`, group.runs[0].table))
    .filter(({ rows }) => rows.length > 0); // where the teacher reads what the student reads no token has a sign

/** What the runs are: enough to make them again. */
export function runsTable({ runs }: ReportModel): Table {
  const ended = ({ done }: LoadedRun): string => done ?? 'unfinished';
  return {
    title: 'Runs',
    head: ['run', 'method', 'seed', 'steps', 'ended', 'device', 'version', 'command'],
    rows: runs.map((run) => [
      run.name,
      run.config.arm,
      String(run.config.seed),
      String(run.steps.at(-1)?.step ?? 0),
      ended(run),
      run.device ? `${run.device.name}${run.device.software ? ' (software)' : ''}, ${run.device.backend}` : '–',
      run.lab ?? 'not said',
      commandOf(run),
    ]),
  };
}

/** The settings that differ, in a row each, a column a group; those that all share in words. */
export function settingsTable({ groups }: ReportModel): Table {
  const rows = TRAIN_TABLE.names
    .filter((name) => name !== 'seed')
    .map((name) => [flagOf(name), ...groups.map(({ group }) => String(group.config[name] ?? 'method’s'))]);
  const differs = ([, first, ...others]: string[]) => others.some((value) => value !== first);
  const alike = rows.filter((row) => !differs(row)).map(([name, value]) => `${name} ${value}`);
  return {
    title: 'Settings',
    doc: `Of all groups: ${alike.join(', ')}.`,
    head: ['setting', ...groups.map(({ group }) => group.label)],
    rows: rows.filter(differs),
  };
}

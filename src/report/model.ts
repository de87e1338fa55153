/** What a report says of runs, as numbers: the page and the command draw this. */
import { type Estimate, meanEstimate } from '../antisd/bootstrap';
import { passAtK } from '../antisd/measures';
import { type Pair, type Reach, reachOf, type SpeedUp, speedUp } from '../antisd/reach';
import { largest, least, mean } from '../antisd/statistics';
import { AXES, type AxisName } from './curves';
import { baselineOf, type Group, groupsOf } from './groups';
import type { LoadedEvaluation } from './loaded-evaluation';
import type { LoadedRun } from './loaded-run';

export interface ReportOptions {
  /** The method that others are measured against. */
  readonly baseline: string;
  /** An accuracy that every run may reach. */
  readonly goal: number;
}
export const REPORT_DEFAULTS: ReportOptions = { baseline: 'grpo', goal: 0.5 };

/** k of a pass@k curve, at most. */
const LARGEST_K = 32;

/** pass@k of a group's last evaluations, k = 1 … the samples a problem (1 is avg@k). */
export type PassCurve = readonly (Estimate & { readonly k: number })[];

/** How soon runs of a group get somewhere, along each axis. */
export interface Reaches {
  /** Of each run, in the group's order; null where it was never evaluated. */
  readonly runs: readonly (Reach | null)[];
  readonly speedUp: SpeedUp | null;
}

export interface GroupReport {
  readonly group: Group;
  /** Mean accuracy of the last evaluations, with the interval over problems and seeds; null where nothing was evaluated. */
  readonly accuracy: Estimate | null;
  /** Of what the interval is. */
  readonly over: 'seeds and problems' | 'problems' | 'seeds' | 'one number';
  readonly pass: PassCurve;
  /** Highest accuracy of each run, and the mean of that. */
  readonly best: number | null;
  /** The group it is measured against; null for the baseline itself. */
  readonly baseline: Group | null;
  /** To the best accuracy of the baseline's run of the same seed, and to the options' goal. */
  readonly toBest: Readonly<Record<AxisName, Reaches>>;
  readonly toGoal: Readonly<Record<AxisName, Reaches>>;
  /** Means over runs at their ends. */
  readonly end: {
    readonly step: number;
    readonly tokens: number;
    readonly seconds: number;
    readonly length: number | null;
  };
}

export interface ReportModel {
  readonly options: ReportOptions;
  readonly groups: readonly GroupReport[];
  readonly runs: readonly LoadedRun[];
  readonly evaluations: readonly LoadedEvaluation[];
  /** What a reader should know before the numbers. */
  readonly notes: readonly string[];
}

export function reportOf(
  runs: readonly LoadedRun[],
  given: Partial<ReportOptions> = {},
  evaluations: readonly LoadedEvaluation[] = [],
): ReportModel {
  const options = { ...REPORT_DEFAULTS, ...given };
  const groups = groupsOf(runs);
  const reports = groups.map((group) => reportOfGroup(group, baselineOf(group, groups, options.baseline), options));
  return { options, groups: reports, runs, evaluations, notes: runs.length > 0 ? notesOn(runs, reports, options) : [] };
}

function reportOfGroup(group: Group, baseline: Group | null, options: ReportOptions): GroupReport {
  const { runs } = group;
  const rows = rightShares(runs);
  const last = runs.flatMap(({ evals }) => evals.slice(-1).map(({ figures }) => figures.accuracy));
  const table = rows ?? last.map((accuracy) => [accuracy]);
  const best = runs.flatMap((run) => bestOf(run) ?? []);
  const isBaseline = group.arm === options.baseline;
  const goals = runs.map((run) => goalOf(run, isBaseline ? group : baseline));
  const ends = runs.map(({ steps }) => steps.at(-1) ?? { step: 0, tokens: 0, seconds: 0 });
  const lengths = runs.flatMap(({ evals }) => evals.slice(-1).map(({ figures }) => figures.meanLength));
  const along = <T>(of: (axis: AxisName) => T) =>
    Object.fromEntries(Object.keys(AXES).map((axis) => [axis, of(axis as AxisName)])) as Record<AxisName, T>;
  return {
    group,
    accuracy: table.length > 0 ? meanEstimate(table) : null,
    over: table.length > 1 ? (rows ? 'seeds and problems' : 'seeds') : rows ? 'problems' : 'one number',
    pass: passCurveOf(runs),
    best: best.length > 0 ? mean(best) : null,
    baseline: isBaseline ? null : baseline,
    toBest: along((axis) => reaches(runs, goals, isBaseline ? null : baseline, axis)),
    toGoal: along((axis) =>
      reaches(
        runs,
        runs.map(() => options.goal),
        isBaseline ? null : baseline,
        axis,
      ),
    ),
    end: {
      step: mean(ends.map(({ step }) => step)),
      tokens: mean(ends.map(({ tokens }) => tokens)),
      seconds: mean(ends.map(({ seconds }) => seconds)),
      length: lengths.length > 0 ? mean(lengths) : null,
    },
  };
}

/** A row a run: the share of right samples of each problem of its last evaluation. Null where a run has none, or others' problems. */
function rightShares(runs: readonly LoadedRun[]): number[][] | null {
  const finals = runs.map(({ final }) => final?.problems);
  const known = finals.filter((problems) => problems !== undefined);
  const same = (problems: (typeof known)[number]) => problems.map(({ problem }) => problem).join('\n');
  if (known.length < runs.length || new Set(known.map(same)).size !== 1 || known[0].length === 0) return null;
  return known.map((problems) => problems.map(({ right, samples }) => right / samples));
}

const bestOf = ({ evals }: LoadedRun): number | null =>
  evals.length > 0 ? largest(evals.map(({ figures }) => figures.accuracy)) : null;

/** The best accuracy of the baseline's run of the same seed; of all its runs the mean where that seed was not run. */
function goalOf(run: LoadedRun, baseline: Group | null): number | null {
  const same = baseline?.runs.find(({ config }) => config.seed === run.config.seed);
  if (same) return bestOf(same);
  const all = baseline?.runs.flatMap((other) => bestOf(other) ?? []) ?? [];
  return all.length > 0 ? mean(all) : null;
}

function reaches(
  runs: readonly LoadedRun[],
  goals: readonly (number | null)[],
  baseline: Group | null,
  axis: AxisName,
): Reaches {
  const reached = (run: LoadedRun, goal: number | null): Reach | null => {
    const points = run.evals.map(({ figures, ...place }) => ({ at: place[axis], accuracy: figures.accuracy }));
    return goal === null ? null : reachOf(points, goal);
  };
  const own = runs.map((run, i) => reached(run, goals[i]));
  const pairs = runs.flatMap((run, i): Pair[] => {
    const other = baseline?.runs.find(({ config }) => config.seed === run.config.seed);
    const theirs = other ? reached(other, goals[i]) : null;
    const mine = own[i];
    return mine && theirs ? [{ run: mine, baseline: theirs }] : [];
  });
  return { runs: own, speedUp: speedUp(pairs) };
}

/** Intervals over seeds and problems, drawn apart; empty where the last evaluations are not known problem by problem. */
function passCurveOf(runs: readonly LoadedRun[]): PassCurve {
  if (!rightShares(runs)) return [];
  const problems = runs.map(({ final }) => final?.problems ?? []);
  const most = Math.min(LARGEST_K, least(problems.flat().map(({ samples }) => samples)));
  return Array.from({ length: most }, (_, i) => {
    const k = i + 1;
    const known = new Map<string, number>();
    const pass = (samples: number, right: number): number => {
      const key = `${samples} ${right}`;
      const value = known.get(key) ?? passAtK(samples, right, k);
      known.set(key, value);
      return value;
    };
    return { k, ...meanEstimate(problems.map((row) => row.map(({ samples, right }) => pass(samples, right)))) };
  });
}

function notesOn(runs: readonly LoadedRun[], groups: readonly GroupReport[], { baseline }: ReportOptions): string[] {
  const notes: string[] = [];
  const few = groups.filter(({ group }) => group.runs.length < 3).map(({ group }) => group.label);
  if (few.length > 0)
    notes.push(`Fewer than three seeds: ${few.join('; ')}. Their intervals say little about other seeds.`);
  if (!groups.some(({ group }) => group.arm === baseline))
    notes.push(`No run of ${baseline} is among these, so no speed-up is given.`);
  const uneven = groups.filter(({ group }) => new Set(group.runs.map(({ steps }) => steps.length)).size > 1);
  if (uneven.length > 0)
    notes.push(
      `Runs of different lengths: ${uneven.map(({ group }) => group.label).join('; ')}. Beyond the shortest, a mean is that of the runs that went on.`,
    );
  const asked = groups.filter(({ group }) => group.runs.some(({ evals }) => evals.length > 0));
  const never = groups.filter((group) => !asked.includes(group)).map(({ group }) => group.label);
  if (never.length > 0) notes.push(`Without a held-out evaluation: ${never.join('; ')}.`);
  const unsure = asked.filter(({ over }) => over === 'seeds' || over === 'one number');
  if (unsure.length > 0)
    notes.push(
      `The last evaluation is not known problem by problem (logs of earlier versions): ${unsure.map(({ group }) => group.label).join('; ')}. Their intervals are over seeds, and they have no pass@k curve.`,
    );
  for (const { name, damaged, torn, done, final, changes } of runs) {
    if (damaged > 0) notes.push(`${name}: ${damaged} lines of its log cannot be read and are left out.`);
    if (done !== 'finished')
      notes.push(
        `${name} ${done === 'stopped' ? 'was stopped' : 'is unfinished'}${torn ? '; its log ends within a line' : ''}.`,
      );
    if (final && final.leftOut > 0)
      notes.push(
        `${name}: ${final.leftOut} held-out problems did not fit its log; intervals and pass@k are of the others.`,
      );
    if (changes.length > 0)
      notes.push(`${name}: settings were changed on the way (steps ${changes.map(({ step }) => step).join(', ')}).`);
  }
  return notes;
}

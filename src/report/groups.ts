/** Runs of the same settings and different seeds, begun at the same step, are a group; what tells two groups apart is their label. */
import { TRAIN_TABLE, type TrainConfig } from '../settings/config';
import { flagOf } from '../settings/setting';
import type { LoadedRun } from './loaded-run';

type Name = keyof TrainConfig & string;

/** Settings that tell no experiments apart: how long, how often, what is stored, how memory is used. */
const HOUSEKEEPING: readonly string[] = [
  'seed', 'steps', 'lambdaSteps', 'evalEvery', 'checkpointEvery', 'keepCheckpoints', 'keepRollouts', 'probeEvery',
  'recompute', 'microBatch',
]; // biome-ignore format: a list of names

export interface Group {
  /** The method, and the settings by which it differs from other groups: `antisd, lambda 0.3`. */
  readonly label: string;
  readonly arm: string;
  readonly config: TrainConfig;
  /** By seed. */
  readonly runs: readonly LoadedRun[];
}

const compared = ({ config }: LoadedRun): Name[] =>
  TRAIN_TABLE.names.filter(
    (name) => !HOUSEKEEPING.includes(name) || (name === 'lambdaSteps' && config.lambdaSchedule !== 'constant'),
  );

const keyOf = (run: LoadedRun): string =>
  JSON.stringify([run.begunAt, ...compared(run).map((name) => [name, run.config[name]])]);

/** Items by what they have in common, in the order of their first. */
export function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** The groups in the order of their first runs. */
export function groupsOf(runs: readonly LoadedRun[]): Group[] {
  const all = [...grouped(runs, keyOf).values()];
  const differing = TRAIN_TABLE.names.filter(
    (name) =>
      name !== 'arm' &&
      all.some((group) => compared(group[0]).includes(name) && group[0].config[name] !== all[0][0].config[name]),
  );
  return all.map((group) => {
    const { config, begunAt } = group[0];
    const labelled = differing
      .filter((name) => config[name] !== TRAIN_TABLE.defaults[name])
      .map((name) => `${flagOf(name)} ${config[name] ?? 'method’s'}`);
    return {
      label: [config.arm, ...labelled, ...(begunAt > 0 ? [`from step ${begunAt}`] : [])].join(', '),
      arm: config.arm,
      config,
      runs: group.toSorted((a, b) => a.config.seed - b.config.seed),
    };
  });
}

/** The group of `arm` that a group is measured against: the one whose settings differ least; null where there is none. */
export function baselineOf(group: Group, groups: readonly Group[], arm: string): Group | null {
  const distance = ({ config, runs: [{ begunAt }] }: Group): number =>
    compared(group.runs[0]).filter((name) => name !== 'arm' && config[name] !== group.config[name]).length +
    Number(begunAt !== group.runs[0].begunAt);
  const candidates = groups.filter((other) => other.arm === arm && other !== group);
  return candidates.toSorted((a, b) => distance(a) - distance(b))[0] ?? null;
}

/** The command that makes such a run; a log does not say which one it was begun from. */
export function commandOf({ config, begunAt }: LoadedRun): string {
  const given = TRAIN_TABLE.names.filter((name) => config[name] !== TRAIN_TABLE.defaults[name]);
  const word = (value: unknown): string =>
    /^[\w.,:/@+-]+$/.test(String(value)) ? String(value) : shellQuoted(String(value));
  const flags = given.map((name) => `--${flagOf(name)} ${word(config[name] ?? '')}`);
  const fork = begunAt > 0 ? [`--fork 'a run at step ${begunAt}'`] : [];
  return ['npm run lab -- train', ...fork, ...flags].join(' ');
}

const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

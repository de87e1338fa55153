/** What a setting is: one row of the table in settings.ts. */

export type SettingGroup = 'run' | 'model' | 'task' | 'method' | 'gate' | 'sampling' | 'optimiser' | 'evaluation';

interface Base {
  label: string;
  doc: string;
  group: SettingGroup;
  /** The page's lesson on it, where that is not its group's (src/ui/settings/lesson.ts). */
  chapter?: string;
  /** Folded away at first in the page. */
  advanced?: boolean;
  /** May change while a run is going. */
  live?: boolean;
  unit?: string;
  /** Its name in earlier versions, whose flags, links and configurations are read. */
  formerly?: string;
}

export interface NumberSetting extends Base {
  kind: 'number' | 'integer';
  default: number | null;
  /** What an empty field stands for, in two words; left out: the method's value. */
  empty?: string;
  min: number;
  max: number;
}

export interface ChoiceSetting extends Base {
  kind: 'choice';
  default: string;
  choices: readonly string[];
  /** What each choice is, where that takes a sentence: the page shows the chosen one's in the place of `doc`. */
  notes?: Readonly<Partial<Record<string, string>>>;
}

export interface BooleanSetting extends Base {
  kind: 'boolean';
  default: boolean;
}

export interface TextSetting extends Base {
  kind: 'text';
  default: string;
}

export type Setting = NumberSetting | ChoiceSetting | BooleanSetting | TextSetting;

type Numbers<D> = Omit<NumberSetting, 'kind' | 'default'> & { default: D };
export const number = <const D extends number | null>(s: Numbers<D>): NumberSetting & { default: D } => ({
  kind: 'number',
  ...s,
});
export const integer = <const D extends number | null>(s: Numbers<D>): NumberSetting & { default: D } => ({
  kind: 'integer',
  ...s,
});
export const choice = <const C extends readonly string[]>(
  s: Omit<ChoiceSetting, 'kind' | 'choices'> & { choices: C },
): ChoiceSetting & { choices: C } => ({ kind: 'choice', ...s });
export const flag = (s: Omit<BooleanSetting, 'kind'>): BooleanSetting => ({ kind: 'boolean', ...s });
export const text = (s: Omit<TextSetting, 'kind'>): TextSetting => ({ kind: 'text', ...s });

/** The notes of a choice from the rows that its names belong to. */
export const notesOf = <N extends string>(names: readonly N[], of: (name: N) => string): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, of(name)]));

/** Settings that keep a shorter or older name on the command line. */
const SHORT: Readonly<Record<string, string>> = { arm: 'method', learningRate: 'lr' };

/** `warmupSteps` as the command line writes it: `warmup-steps`. */
export const flagOf = (name: string): string => SHORT[name] ?? name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

import { useMemo, useState } from 'react';
import { ARMS } from '../../../antisd/arms';
import {
  GATE_KINDS,
  GATE_STATISTICS,
  type GateKind,
  type GateSettings,
  type GateStatistic,
} from '../../../antisd/gate';
import { STEP_METRICS } from '../../../runs/metrics';
import { type Figure, figuresOf } from '../../charts/curves';
import { LineFigure } from '../../charts/LineFigure';
import { percent } from '../../format';
import { giveAnswer } from '../answers';
import { Failure } from '../Failure';
import styles from '../Figure.module.css';
import { useWords } from '../language';
import { fill } from '../markup';
import { type GateRow, type RaceRun, simulate, switchesOf } from '../race';
import { Amount } from '../ShapingControls';
import { useRace } from '../useRace';
import type { Words } from '../words/en';

/** By when the question wants the gate closed, and how often it may have switched by then. */
export const BY_STEP = 60;
const MOST_SWITCHES = 3;

/** Whether a gate does what the question asks on the run that collapsed. */
export const isTimely = (rows: readonly GateRow[]): boolean =>
  rows[BY_STEP - 1]?.gateState === 'closed' && switchesOf(rows, BY_STEP) <= MOST_SWITCHES;

/** The training page's own chart of the gate, in the reader's words. */
const CHART = figuresOf<GateRow>(STEP_METRICS).filter(({ title }) => title === 'Gate')[0];

function chartIn({ chart: { title, doc, above, ...labels }, states }: Words['chapters']['gate']): Figure<GateRow> {
  const lines = CHART.lines.map((line) => ({ ...line, label: labels[line.key as keyof typeof labels] }));
  return { ...CHART, title, doc, above, lines, state: ({ gateState }) => states[gateState] };
}

/** The runs that are looked at: one whose gate closes, and one that collapses while its gate is inert. */
const SHOWN = ['antisd', 'antisd-paper'] as const;
type Shown = (typeof SHOWN)[number];

/** (h) A gate over the recorded teacher of two runs. */
export default function Gate() {
  const { bench } = useWords();
  const race = useRace();
  if (race === null) return <p>{bench.waiting}</p>;
  return typeof race === 'string' ? <Failure why={race} /> : <Simulator race={race} />;
}

function Simulator({ race }: { race: readonly RaceRun[] }) {
  const { gate: words } = useWords().chapters;
  const [arm, choose] = useState<Shown>('antisd-paper');
  const [gate, set] = useState<GateSettings>(ARMS['antisd-paper'].method.gate);
  const run = race.find((r) => r.arm === arm) as RaceRun;
  const chart = useMemo(() => chartIn(words), [words]);
  const rows = useMemo(() => simulate(run, gate), [run, gate]);
  const check = (): void => {
    const collapsed = simulate(race.find((r) => r.arm === 'antisd-paper') as RaceRun, gate);
    const { kind, statistic, down, up, smoothing } = gate;
    giveAnswer('gate', `${kind}, ${statistic}, ${down}–${up}, EMA ${smoothing}`, isTimely(collapsed));
  };
  return (
    <div className={styles.figure}>
      <p>{fill(words.recorded, { device: run.device, seed: run.seed })}</p>
      <div className={styles.choice}>
        {SHOWN.map((name) => (
          <button key={name} type="button" aria-pressed={name === arm} onClick={() => choose(name)}>
            {words.runs[name]}
          </button>
        ))}
      </div>
      <p className={styles.quiet} data-number>
        {words.solved} {run.evals.map(({ step, accuracy }) => `${step}: ${percent(accuracy)}`).join(' · ')}
      </p>
      <GateControls gate={gate} onChange={set} />
      <LineFigure figure={chart} steps={rows} dots={[]} unit={words.step} />
      <p>
        {fill(words.switches, { n: switchesOf(rows), state: words.states[rows[rows.length - 1].gateState] })}{' '}
        <button type="button" onClick={check}>
          {words.check}
        </button>
      </p>
    </div>
  );
}

function GateControls({ gate, onChange }: { gate: GateSettings; onChange(gate: GateSettings): void }) {
  const { gate: words } = useWords().chapters;
  const set = (part: Partial<GateSettings>): void => {
    const next = { ...gate, ...part };
    onChange({ ...next, up: Math.max(next.up, next.down) });
  };
  return (
    <div className={styles.controls}>
      <label>
        <span>{words.kind}</span>
        <select value={gate.kind} onChange={({ target }) => set({ kind: target.value as GateKind })}>
          {GATE_KINDS.filter((kind) => kind !== 'perplexity').map((kind) => (
            <option key={kind} value={kind}>
              {words.kinds[kind]}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{words.statistic}</span>
        <select value={gate.statistic} onChange={({ target }) => set({ statistic: target.value as GateStatistic })}>
          {GATE_STATISTICS.filter((name) => name !== 'perplexity').map((name) => (
            <option key={name} value={name}>
              {words.statistics[name]}
            </option>
          ))}
        </select>
      </label>
      <Amount
        label={words.down}
        value={gate.down}
        least={0.5}
        most={1}
        step={0.01}
        onChange={(down) => set({ down })}
      />
      <Amount label={words.up} value={gate.up} least={0.5} most={1.2} step={0.01} onChange={(up) => set({ up })} />
      <Amount
        label={words.smoothing}
        value={gate.smoothing}
        most={0.9}
        step={0.1}
        onChange={(smoothing) => set({ smoothing })}
      />
    </div>
  );
}

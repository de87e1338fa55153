/** A stored log alone suffices to compute a step again, with formulas written anew here. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NATIVE_TASK } from '../../src/data/tasks';
import type { Files } from '../../src/host/files';
import { diskFiles } from '../../src/host/files.node';
import type { StoredEvent } from '../../src/runs/event-schema';
import { StoredLog } from '../../src/runs/stored-log';
import { readText } from '../setup/files';
import { testDevice } from '../setup/gpu';
import { openRun } from '../setup/session';

const device = testDevice();
let files: Files;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-'));
  files = diskFiles(folder);
});
afterEach(() => rm(folder, { recursive: true }));

type Signals = Extract<StoredEvent, { type: 'signals' }>;
type Facts = NonNullable<Signals['method']>;
type Told = Signals['rollouts'][number];

const DELTA: Record<string, (u: number, alpha: number) => number> = {
  'jensen-shannon': (u) => (Math.log(1 + Math.exp(u)) - Math.log(2)) / 2,
  'reverse-kl': (u) => u,
  alpha: (u, alpha) => (Math.exp(Math.max(-5, Math.min(5, alpha * u))) - 1) / alpha,
};
const average = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;
const spread = (x: readonly number[]) => Math.sqrt(average(x.map((y) => (y - average(x)) ** 2)));

/** u, φ, term and advantage of one rollout, from s and t. */
function recomputed(r: Told, f: Facts, rollouts: readonly Told[]) {
  const u = r.t.map((t, i) => t - r.s[i]);
  const masked = u.map((x) => (f.mask !== null && Math.abs(x) > f.mask ? 0 : x));
  const kept = masked.map((x) => (f.clamp === null ? x : Math.max(-f.clamp, Math.min(f.clamp, x))));
  const base = f.base === 'reward' ? (r.groupAdvantage as number) : 0;
  const phi = kept.map((x, i) => {
    if (f.evidence === 'contrast') return Math.tanh((r.t[i] - (r.w as number[])[i]) / (f.tau as number));
    if (f.evidence !== 'ratio') return DELTA[f.divergence](x, f.alpha ?? 0);
    const by = f.ratioClip as number;
    return Math.min(1 + by, Math.max(1 - by, Math.exp(f.sign * Math.sign(base) * x))) - 1;
  });
  const signed = f.evidence === 'ratio' ? phi : phi.map((x) => f.sign * x);
  const [centre, scale] = [average(signed), spread(signed)];
  const z = signed.map((x) => (f.standardise && scale > 0 ? Math.max(-5, Math.min(5, (x - centre) / scale)) : x));
  const by = f.combine === 'multiply' ? base : 1;
  const term = z.map((x, i) => {
    const added = (r.lambda as number) * (f.standardise && scale === 0 ? 0 : x) * by - f.entropyBeta * r.s[i];
    if (f.evidence !== 'contrast') return added;
    const moved = Math.abs(added) > (f.threshold as number) ? added : 0;
    return base > 0 ? Math.max(-base, moved) : base < 0 ? Math.min(-base, moved) : 0;
  });
  return { u, phi, term, advantage: term.map((x, i) => base + (f.process ?? 0) * stepwise(r, rollouts, i) + x) };
}

/** Token i's sum over its own step and those after it, of rewards that are normalised over the steps of the group. */
function stepwise(r: Told, rollouts: readonly Told[], i: number): number {
  const stepsOf = ({ v = [] }: Told) => [...new Set(v.filter((n) => n !== 0))];
  const all = rollouts.filter(({ group }) => group === r.group).flatMap(stepsOf);
  const rewards = all.map((n) => (n > 0 ? 1 : 0));
  if (new Set(rewards).size < 2) return 0;
  const deviation = spread(rewards) * Math.sqrt(rewards.length / (rewards.length - 1)) + 1e-4;
  const ahead = stepsOf(r).filter((n) => (r.v as number[]).lastIndexOf(n) >= i);
  return ahead.reduce((sum, n) => sum + ((n > 0 ? 1 : 0) - average(rewards)) / deviation, 0);
}

/** A_i of every rollout, from the rewards of its group. */
function groupAdvantages(rollouts: readonly Told[], { groupStd }: Facts): number[] {
  return rollouts.map(({ group, reward }) => {
    const rewards = rollouts.filter((r) => r.group === group).map((r) => r.reward);
    const sample = spread(rewards) * Math.sqrt(rewards.length / (rewards.length - 1));
    const scale = { sample: sample + 1e-4, population: spread(rewards) + 1e-6, none: 1 }[groupStd ?? 'none'];
    return (reward - average(rewards)) / scale;
  });
}

function loss(rollouts: readonly Told[], f: Facts, kl: number | null): number {
  const tokens = rollouts.reduce((n, r) => n + r.tokens.length, 0);
  const weight = (r: Told) =>
    f.aggregation === 'token-mean'
      ? 1 / tokens
      : 1 / rollouts.length / (f.aggregation === 'dr-grpo' ? f.maxNewTokens : r.tokens.length);
  const each = rollouts.map((r) => weight(r) * recomputed(r, f, rollouts).advantage.reduce((a, b) => a + b, 0));
  return f.klCoefficient * (kl ?? 0) - each.reduce((a, b) => a + b, 0);
}

describe('the log of a step', () => {
  it.each([
    ['the paper’s method', { arm: 'antisd', gateWarmup: 0 }],
    ['the released code’s', { arm: 'antisd-code', gate: 'off', aggregation: 'sequence-mean' }],
    ['the multiplicative one, with a KL term', { arm: 'antisd-mult', gateWarmup: 0, klCoefficient: 0.1 }],
    ['self-distillation', { arm: 'sd', aggregation: 'dr-grpo' }],
    ['the entropy bonus', { arm: 'entropy-bonus', groupStd: 'population' }],
    ['process rewards with AntiSD', { arm: 'antisd-process', gateWarmup: 0, processWeight: 0.7 }],
    ['RLSD', { arm: 'rlsd' }],
    ['RLRT', { arm: 'rlrt', ratioClip: 0.5 }],
    ['RLCSD', { arm: 'rlcsd', wrongHints: 2, tau: 0.5 }],
    ['an α-divergence', { arm: 'antisd', gateWarmup: 0, divergence: 'alpha', alpha: 0.3, advantageStd: false }],
  ])('is enough to compute its advantages and its loss again: %s', async (_, settings) => {
    const { run } = await openRun(device.gpu, { ...settings, problems: 6, minDepth: 2 }, files);
    for (let step = 0; step < 2; step++) await run.next();
    await run.finish('stopped');
    run.destroy();
    const log = (await readText(files, 'events.jsonl')).trimEnd().split('\n');
    const stored = log.map((line) => JSON.parse(line) as StoredEvent);
    const told = stored.filter((e): e is Signals => e.type === 'signals');
    const steps = stored.filter((e) => e.type === 'step');
    expect(told).toHaveLength(2);
    for (const [n, { rollouts, method }] of told.entries()) {
      const facts = method as Facts;
      for (const r of rollouts) {
        const again = recomputed(r, facts, rollouts);
        for (const name of ['u', 'phi', 'term', 'advantage'] as const) {
          // Six digits of s and t; a standardised column magnifies what little it has.
          const most = Math.max(1, ...r.t.map(Math.abs), ...r.s.map(Math.abs));
          for (const [i, x] of again[name].entries())
            expect(Math.abs(x - r[name][i]), `${name} ${i}`).toBeLessThan(1e-4 * most);
        }
      }
      for (const [i, a] of groupAdvantages(rollouts, facts).entries())
        expect(a).toBeCloseTo(rollouts[i].groupAdvantage as number, 9);
      expect(loss(rollouts, facts, steps[n].kl)).toBeCloseTo(steps[n].loss, 5);
    }
    expect(told.some((e) => e.rollouts.some((r) => r.term.some((x) => x !== 0)))).toBe(true);
  });

  it('has what was sampled and what each teacher was shown', async () => {
    const { run, events } = await openRun(device.gpu, { arm: 'antisd', problems: 6, minDepth: 1 }, files);
    await run.next();
    await run.finish('stopped');
    run.destroy();
    const stored = (await new StoredLog(files).story()).events.find((e) => e.type === 'signals');
    // What the host was told is what the log says, to the bit.
    expect(stored).toEqual(events.find((e) => e.type === 'signals'));
    if (stored?.type !== 'signals') throw new Error('nothing was scored');
    const { rollouts, signals } = stored;
    expect(signals.ids).toHaveLength(rollouts.flatMap((r) => r.tokens).length);
    expect(new Set(signals.ids).size).toBeGreaterThan(5);
    const siblings = rollouts.filter((r) => r.context === 'sibling');
    expect(siblings.length).toBeGreaterThan(0);
    for (const r of siblings) {
      const sibling = rollouts[r.sibling as number];
      expect(sibling).not.toBe(r);
      expect(sibling).toMatchObject({ group: r.group, reward: 1 });
      expect(`${r.solution} <eos>`).toBe(sibling.tokens.join(' '));
      expect(r.feedback).toBe(r.reward === 1 ? 'correct' : 'incorrect');
    }
  });
});

it('an evaluation’s record has what was asked and answered: its figures come from it again', async () => {
  const evaluation = { evalEvery: 1, evalProblems: 3, evalSamples: 4, minDepth: 1 };
  const { run } = await openRun(device.gpu, { problems: 2, group: 2, ...evaluation }, files);
  await run.next();
  await run.finish('stopped');
  run.destroy();
  const { events: log } = await new StoredLog(files).story();
  const figures = log.filter((e) => e.type === 'eval');
  const told = log.filter((e) => e.type === 'eval-samples');
  expect(told.map((e) => e.step)).toEqual([0, 1]);
  const { task } = NATIVE_TASK;
  const asked = task.generate({ split: 'heldout', count: 3, seed: 0, minDepth: 1 });
  for (const [n, { problems, leftOut }] of told.entries()) {
    expect(leftOut).toBe(0);
    expect(problems.map(({ samples: _, problem: id, ...p }) => ({ id, ...p }))).toEqual(
      asked.map(({ id, question, answer }) => ({ id, question, answer })),
    );
    const samples = problems.flatMap((p) => p.samples);
    const verdicts = problems.flatMap((p, i) => p.samples.map(({ ids }) => task.verify(asked[i], ids)));
    expect(samples.map(({ answer, reward }) => ({ answer, reward }))).toEqual(
      verdicts.map(({ answer, reward }) => ({ answer, reward })),
    );
    expect(figures[n].accuracy).toBe(average(samples.map(({ reward }) => reward)));
    expect(figures[n].meanLength).toBe(average(samples.map(({ ids }) => ids.length)));
  }
  expect(told[0].problems.some((p) => p.samples.some(({ reward }) => reward === 1))).toBe(true);
});

import { describe, expect, it } from 'vitest';
import { type GateSettings, gateStatistic, gateThresholds, newGate, termActs, updateGate } from '../../src/antisd/gate';

const PAPER: GateSettings = {
  kind: 'paper',
  statistic: 'median-rollouts',
  warmup: 3,
  down: 0.9,
  up: 1,
  smoothing: 0,
  floor: 1e-3,
  lag: 0,
};
const run = (s: GateSettings, trace: number[]) => {
  let gate = newGate();
  return trace.map((h) => {
    gate = updateGate(gate, h, s);
    return gate.state;
  });
};

describe('the gate', () => {
  it('of the paper warms up, closes below 0.9 H_warm, and opens only at H_warm', () => {
    // H_warm = median(0.4, 0.6, 0.5) = 0.5: closes below 0.45, opens at 0.5
    expect(run(PAPER, [0.4, 0.6, 0.5, 0.46, 0.44, 0.48, 0.5])).toEqual([
      'warm-up',
      'warm-up',
      'warm-up',
      'open',
      'closed',
      'closed',
      'open',
    ]);
  });

  it('on the peak follows a rising statistic, which the paper’s never closes on', () => {
    const trace = [0.1, 0.1, 0.1, 0.4, 0.8, 0.6];
    expect(run({ ...PAPER, kind: 'peak', up: 0.9 }, trace).slice(-1)).toEqual(['closed']);
    expect(run(PAPER, trace).slice(-1)).toEqual(['open']);
  });

  it('smooths: one noisy step does not close it', () => {
    const trace = [0.5, 0.5, 0.5, 0.5, 0.4, 0.5];
    expect(run({ ...PAPER, smoothing: 0.8 }, trace)).not.toContain('closed');
    expect(run(PAPER, trace)).toContain('closed');
  });

  it('is inert where the reference is noise, and off where it is off', () => {
    expect(run(PAPER, [1e-5, 1e-5, 1e-5, 1e-7])).toEqual(['warm-up', 'warm-up', 'warm-up', 'inert']);
    expect(run({ ...PAPER, kind: 'off', warmup: 0 }, [0.5, 0])).toEqual(['off', 'off']);
  });

  it('survives JSON and tells its thresholds', () => {
    let gate = newGate();
    for (const h of [0.4, 0.6, 0.5, 0.3]) gate = updateGate(gate, h, PAPER);
    expect(JSON.parse(JSON.stringify(gate))).toEqual(gate);
    expect(gateThresholds(gate, PAPER)).toEqual({ closesBelow: 0.45, opensAbove: 0.5 });
    expect(termActs(newGate(), gate, PAPER)).toBe(false);
  });
});

describe('the released code’s gate', () => {
  const CODE: GateSettings = { ...PAPER, kind: 'perplexity', statistic: 'perplexity', down: 0.93, up: 1.07, lag: 1 };

  it('closes below max(0.93 H_warm, 1.01) and reopens at 1.07 H_warm', () => {
    expect(run(CODE, [1.2, 1.2, 1.2, 1.12, 1.11, 1.28, 1.285])).toEqual([
      ...['warm-up', 'warm-up', 'warm-up', 'open', 'closed', 'closed', 'open'],
    ]);
    expect(run(CODE, [1.02, 1.02, 1.02, 1.015, 1.005])).toEqual(['warm-up', 'warm-up', 'warm-up', 'open', 'closed']);
  });

  it('is left as it is by a step whose sequences are all masked', () => {
    expect(gateStatistic('perplexity', [{ H_T: [1], t: [-9] }])).toBeNull();
    for (const trace of [[1.2], [1.2, 1.2, 1.2], [1.2, 1.2, 1.2, 1.0]]) {
      const gate = trace.reduce((g, h) => updateGate(g, h, CODE), newGate());
      expect(updateGate(gate, null, CODE)).toEqual(gate);
    }
  });

  it('acts one step late, the first step on an open gate; off, it has no lag', () => {
    let gate = newGate();
    const acts = [1.2, 1.2, 1.2, 1.2, 1.0, 1.2, 1.3, 1.3].map((h) => {
      const before = gate;
      gate = updateGate(gate, h, CODE);
      return termActs(before, gate, CODE);
    });
    expect(acts).toEqual([true, false, false, false, true, false, false, true]);
    const off: GateSettings = { ...CODE, kind: 'off' };
    expect(termActs(newGate(), updateGate(newGate(), 1, off), off)).toBe(true);
  });
});

it('a gate has no thresholds while it is off, warming up or inert', () => {
  const none = { closesBelow: null, opensAbove: null };
  const after = (s: GateSettings, ...trace: number[]) =>
    gateThresholds(
      trace.reduce((g, h) => updateGate(g, h, s), newGate()),
      s,
    );
  expect(after(PAPER, 0.5)).toEqual(none);
  expect(after({ ...PAPER, kind: 'peak' }, 0.5, 0.5)).toEqual(none);
  expect(after(PAPER, 1e-5, 1e-5, 1e-5, 1e-5)).toEqual(none);
  expect(after({ ...PAPER, kind: 'off' }, 0.5)).toEqual(none);
});

describe('its statistic', () => {
  const rollouts = [
    { H_T: [0, 0, 3], t: [-0.1, -0.1] },
    { H_T: [0.5], t: [-0.2] },
    { H_T: [0.1, 0.3], t: [-9] },
  ];
  it.each([
    ['median-tokens', 0.2],
    ['mean-tokens', 0.65],
    ['median-rollouts', 0.5],
    ['perplexity', (Math.exp(0.1) + Math.exp(0.2)) / 2], // the third sequence lies above 3 and is left out
  ] as const)('%s', (kind, want) => {
    expect(gateStatistic(kind, rollouts)).toBeCloseTo(want, 9);
  });
});

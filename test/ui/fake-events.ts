/** Plausible events for tests and for looking at the page without an engine. The numbers mean nothing. */

import { Random } from '../../src/data/random';
import { drawDeal, PAIRS, problemOf } from '../../src/data/two-cards/problem';
import { readEvent } from '../../src/runs/event-lines';
import type { StoredEvent } from '../../src/runs/event-schema';
import { EVENT_VERSION, type RunEvent, type RunEventOf } from '../../src/runs/events';
import { DEFAULT_CONFIG } from '../../src/settings/config';

const v = EVENT_VERSION;

export const FAKE_DEVICE: RunEventOf<'start'>['device'] = {
  name: 'Example GPU',
  vendor: 'example',
  backend: 'vulkan',
  software: false,
  features: ['subgroups'],
  subgroupSize: [32, 32],
  limits: { maxBufferSize: 2 ** 31, maxStorageBufferBindingSize: 2 ** 31 - 4, maxComputeWorkgroupStorageSize: 32768 },
  variants: { matmul: 'broadcast-8x4' },
  selfTest: { passed: 34, failed: [], ms: 812 },
};

export function fakeStart(resumedFrom: number | null = null): RunEvent {
  const memory = {
    weights: 575_000,
    gradients: 575_000,
    optimizer: 1_150_000,
    activations: 22_000_000,
    kvCache: 6_300_000,
    scratch: 4_000_000,
    total: 34_600_000,
  };
  return { v, type: 'start', config: DEFAULT_CONFIG, device: FAKE_DEVICE, memory, resumedFrom, parameters: 143_712 };
}

/** Signals of one step: `goOn` is the chance of Wait after a no. */
export function fakeSignals(step: number, problems = 16, group = 4, goOn = 0.6): RunEventOf<'signals'> {
  const rollouts: Extract<StoredEvent, { type: 'signals' }>['rollouts'] = [];
  const chance = (n: number): number => uniform(step * 7919 + n);
  let n = 0;
  for (let g = 0; g < problems; g++) {
    const deal = drawDeal(new Random(step, 1, g), 'train', 5);
    const problem = problemOf(`two-cards/train/${g}`, deal);
    for (let k = 0; k < group; k++) {
      const tokens: string[] = [];
      const u: number[] = [];
      let right = false;
      for (const [d, [i, j]] of PAIRS.entries()) {
        const [a, b] = [deal.cards[i], deal.cards[j]];
        right = d + 1 === deal.depth;
        const on = !right && chance(n++) < goOn;
        tokens.push(String(a), String(b), String(a + b), right ? 'yes' : 'no');
        u.push(0.02, -0.01, 0.0, right ? 0.1 : -0.03);
        if (on && d < PAIRS.length - 1) {
          tokens.push('Wait');
          u.push(-1.66 + chance(n++) * 1.2);
          continue;
        }
        tokens.push('So', 'Answer', String(a), String(b), '<eos>');
        u.push(0.3 + chance(n++) * 0.5, 0, right ? 0.6 : -8.8, right ? 0.2 : -2.5, 0);
        break;
      }
      const s = u.map((x) => (Math.abs(x) > 0.1 ? -1.1 : -0.01));
      const phi = u.map((x) => 0.5 * (Math.log1p(Math.exp(x)) - Math.LN2));
      const term = phi.map((x) => -0.5 * x);
      const H_S = s.map((x) => -x * 0.6);
      const top = tokens.map((token, i) => [
        { token, logprob: s[i] },
        { token: token === 'Wait' ? 'So' : 'Wait', logprob: Math.log(1.0001 - Math.exp(s[i])) },
        { token: 'no', logprob: -6 },
      ]);
      rollouts.push({
        problem: problem.id,
        group: g,
        question: problem.question,
        reward: right ? 1 : 0,
        reason: right ? 'right' : 'wrong sum',
        truncated: false,
        context: k % 2 ? 'sibling' : 'dataset',
        tokens,
        s,
        t: s.map((x, i) => x + u[i]),
        u,
        H_S,
        H_T: H_S.map((x) => x * 0.8),
        phi,
        term,
        advantage: term.map((x) => x + (right ? 1 : -0.4)),
        alternatives: { student: top, teacher: top },
      });
    }
  }
  return readEvent({ v, type: 'signals', step, rollouts }) as RunEventOf<'signals'>;
}

/** Answers in several scripts, one with a break, as a vocabulary of byte pairs cuts them. */
export const SCRIPTS = [
  'So we need 12 + 30. Wait, maybe\nI should check: 42.  Done',
  'שלום עולם, התשובה היא 42. ואז 7 + 5',
  'مرحبا بالعالم، النتيجة هي 42.',
  '你好，我们先把三和四加起来，答案是四十二。',
  'naïve 😀 costs 5 €, so 42 🎉',
];

/** Words with the blank before them; what lies beyond the middle of Unicode's first plane in bytes. */
const cutBytePairs = (text: string): string[] =>
  (text.match(/ ?[A-Za-zï]+| ?\d| ?[\u0400-\u06FF]{1,3}|\n| +(?! )| ?[^\sA-Za-z\d]/gu) ?? []).flatMap((piece) => {
    const character = piece.trimStart();
    if ((character.codePointAt(0) ?? 0) <= 0xffff) return [piece];
    const bytes = [...new TextEncoder().encode(character)].map((b) => `<0x${b.toString(16).toUpperCase()}>`);
    return [piece.slice(0, -character.length) + bytes[0], ...bytes.slice(1)];
  });

/** Signals of a step of a model that writes in many scripts. */
export function fakeScripts(step: number, problems = 5): RunEventOf<'signals'> {
  const rollouts = fakeSignals(step, problems).rollouts.map((told, i) => {
    const tokens = cutBytePairs(SCRIPTS[i % SCRIPTS.length]);
    const u = tokens.map((_, k) => 4 * uniform(step * 31 + i * 101 + k) - 2.2);
    const alike = tokens.map((token) => [{ token, logprob: -0.4 }]);
    const columns = { u, s: u, t: u, H_S: u, H_T: u, phi: u, term: u, advantage: u };
    return { ...told, tokens, ...columns, alternatives: { student: alike, teacher: alike } };
  });
  return readEvent({ v, type: 'signals', step, rollouts }) as RunEventOf<'signals'>;
}

const uniform = (n: number): number => {
  const x = Math.sin(n * 12.9898 + 4.1) * 43758.5453;
  return x - Math.floor(x);
};

export function fakeStep(step: number, total = 120): RunEventOf<'step'> {
  const x = step / 40;
  const reward = 0.06 + 0.88 / (1 + Math.exp(4 - 3 * x)) + (uniform(step) - 0.5) * 0.12;
  const closed = step > 60 && step < 75;
  return {
    v,
    type: 'step',
    eta: (total - step) * 0.9,
    step,
    reward,
    accuracy: reward,
    evalAccuracy: null,
    loss: -0.02 + (uniform(step + 1) - 0.5) * 0.1,
    gradNorm: 0.5 + uniform(step + 2),
    lr: 2e-4,
    kl: null,
    clipFraction: 0,
    responseLength: 12 + 40 * reward,
    truncatedShare: 0,
    equalGroupShare: 0.7,
    studentEntropy: 0.14,
    teacherEntropy: 0.05 + 0.02 * Math.sin(x),
    gateStatistic: 0.045 + 0.015 * Math.sin(x + 0.2) + uniform(step + 5) * 0.004,
    gateState: step <= 5 ? 'warm-up' : closed ? 'closed' : 'open',
    gateClosesBelow: step <= 5 ? null : 0.0465,
    gateOpensAbove: step <= 5 ? null : 0.05,
    lambda: step <= 5 || closed ? 0 : 0.5,
    meanU: -0.3,
    sumAbsTerm: 20,
    maskedShare: 0.03,
    contextShares: { sibling: 0.4, dataset: 0.6 },
    tokens: 1800,
    tokensPerSecond: 2100 + 100 * uniform(step + 9),
    totalTokens: step * 1800,
    seconds: 0.86,
    phaseMs: { sample: 410, score: 190, backward: 220, update: 12 },
    note:
      step % 10 === 3
        ? 'all rewards were equal in every group: GRPO teaches nothing here, the signal alone did.'
        : null,
  };
}

export function fakeEval(step: number): RunEvent {
  return {
    v,
    type: 'eval',
    step,
    accuracy: Math.min(0.96, 0.06 + step / 100),
    passAtK: 0.5,
    k: 4,
    problems: 64,
    samples: 4,
    meanLength: 20,
  };
}

export function fakeTable(): RunEvent {
  const row = (token: string, count: number, meanU: number) => ({
    token,
    count,
    meanU,
    meanTerm: -0.25 * meanU,
    share: 0.1,
  });
  const rows = [
    row('Wait', 8123, -1.42),
    row('So', 2210, 0.41),
    row('yes', 640, 0.12),
    row('no', 9031, -0.03),
    row('Answer', 2210, 0.01),
    row('17', 911, 0.08),
    row('9', 812, -0.22),
    row('3', 640, 0.31),
    row('12', 410, -0.4),
  ];
  return { v, type: 'tokens-table', step: 1, rows };
}

/** A finished stretch of a run: `steps` steps, rollouts of the last one only. */
export function fakeRun(steps: number): RunEvent[] {
  const out: RunEvent[] = [fakeStart(), fakeEval(0)];
  for (let step = 1; step <= steps; step++) {
    if (step === steps) out.push(fakeSignals(step), fakeTable());
    out.push(fakeStep(step));
    if (step % 20 === 0) out.push(fakeEval(step));
  }
  return out;
}

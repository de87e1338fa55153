import { describe, expect, test } from 'vitest';
import { resolveMethod } from '../../src/antisd/arms';
import type { GateState } from '../../src/antisd/gate';
import { newGate } from '../../src/antisd/gate';
import type { Rollout, StepOutcome } from '../../src/antisd/step';
import { NATIVE_TASK } from '../../src/data/tasks';
import { evalSamplesEvent, stepNote } from '../../src/runs/report';
import { parseTrainConfig, type TrainConfig } from '../../src/settings/config';

type Outcome = 'right' | 'wrong' | 'none' | 'cut' | 'cut and right';

/** A rollout with the given end. */
function rollout(outcome: Outcome): Rollout {
  const answer = outcome === 'none' || outcome === 'cut' ? null : '12';
  const reward = outcome === 'right' || outcome === 'cut and right' ? 1 : 0;
  return {
    verdict: { reward, reason: answer === null ? 'no answer' : reward ? 'right' : 'wrong answer', answer },
    truncated: outcome.startsWith('cut'),
  } as unknown as Rollout;
}

interface Case {
  arm?: TrainConfig['arm'];
  outcomes: Outcome[];
  equalGroupShare?: number;
  state?: GateState;
  lambda?: number;
  term?: number[];
  u?: number[];
  /** Each token's advantage by single steps. */
  bySteps?: number[];
}

function note({ arm = 'antisd', outcomes, equalGroupShare = 1, state = 'open', lambda = 0.5, ...c }: Case) {
  const { term = [0, 0], u = [0.5, -0.5], bySteps = [0, 0] } = c;
  const column = (x: number[]) => Float32Array.from(outcomes.flatMap(() => x));
  return stepNote({
    rollouts: outcomes.map(rollout),
    signals: { term: column(term), u: column(u), advantage: column(term.map((x, i) => x + bySteps[i])) },
    method: resolveMethod(parseTrainConfig({ arm })),
    state: { gate: { ...newGate(), state } },
    equalGroupShare,
    lambda,
  } as unknown as StepOutcome);
}

const nothing = 'Taught nothing: the rewards are equal in every group';

describe('why a step taught nothing', () => {
  test('the rewards are equal, and what became of the responses', () => {
    const grpo = (outcomes: Outcome[]) => note({ arm: 'grpo', outcomes });
    expect(grpo(['right', 'right'])).toBe(`${nothing} (all right).`);
    expect(grpo(['wrong', 'wrong'])).toBe(`${nothing} (all wrong).`);
    expect(grpo(['none', 'none'])).toBe(`${nothing} (all without an answer).`);
    expect(grpo(['cut', 'cut'])).toBe(`${nothing} (all cut at the longest length).`);
    expect(grpo(['none', 'cut', 'none', 'none', 'wrong', 'none', 'cut', 'none'])).toBe(
      `${nothing} (63% without an answer, 25% cut at the longest length, 13% wrong).`,
    );
    expect(grpo(['right', 'right', 'wrong', 'wrong', 'wrong'])).toBe(`${nothing} (60% wrong, 40% right).`);
    expect(grpo(['cut and right', 'right'])).toBe(`${nothing} (all right).`);
  });

  test('and why the signal did not act', () => {
    const outcomes: Outcome[] = ['none', 'none'];
    const all = `${nothing} (all without an answer) and`;
    expect(note({ outcomes, state: 'closed', lambda: 0 })).toBe(`${all} the gate is closed.`);
    expect(note({ outcomes, state: 'warm-up', lambda: 0 })).toBe(`${all} the gate is warming up.`);
    expect(note({ outcomes, lambda: 0 })).toBe(`${all} λ is 0.`);
    expect(note({ outcomes, u: [0, 0] })).toBe(`${all} the teacher reads what the student reads.`);
    expect(note({ outcomes })).toBe(`${all} the term is zero.`);
  });

  test('single steps teach where some of a group are right and others wrong', () => {
    const outcomes: Outcome[] = ['wrong', 'wrong'];
    const bySteps = [0.7, -0.7];
    expect(note({ arm: 'process', outcomes, bySteps, lambda: 0 })).toBeNull();
    expect(note({ arm: 'process', outcomes, equalGroupShare: 0.5, bySteps, lambda: 0 })).toBeNull();
    expect(note({ arm: 'process', outcomes, lambda: 0 })).toBe(
      'Taught nothing: the steps of each group are all right or all wrong.',
    );
    const why = 'the rewards are equal in every group (all wrong).';
    expect(note({ arm: 'grpo-process', outcomes, bySteps, lambda: 0 })).toBe(`Taught by single steps alone: ${why}`);
    expect(note({ arm: 'antisd-process', outcomes, bySteps, term: [0.1, 0] })).toBe(
      `Taught by single steps and the signal alone: ${why}`,
    );
  });

  test('the signal alone teaches where it acts, and in arms without a reward', () => {
    const term = [0.1, -0.1];
    expect(note({ outcomes: ['cut', 'none'], term })).toBe(
      'Taught by the signal alone: the rewards are equal in every group (50% cut at the longest length, 50% without an answer).',
    );
    expect(note({ arm: 'antisd-only', outcomes: ['right', 'wrong'], equalGroupShare: 0, term })).toBe(
      'Taught by the signal alone: this method uses no reward.',
    );
    expect(note({ arm: 'entropy-bonus', outcomes: ['wrong', 'wrong'], lambda: 0 })).toBe(
      'Taught by the signal alone: the rewards are equal in every group (all wrong).',
    );
  });

  test('no note where the reward spoke, whatever the gate does', () => {
    expect(note({ outcomes: ['right', 'wrong'], equalGroupShare: 0.5, state: 'closed', lambda: 0 })).toBeNull();
    expect(note({ arm: 'grpo', outcomes: ['cut', 'cut and right'], equalGroupShare: 0 })).toBeNull();
  });
});

test('an evaluation’s record holds as many problems as it may, and counts the others', () => {
  const asked = NATIVE_TASK.task.generate({ split: 'heldout', count: 5, seed: 0, minDepth: null }).map((problem) => ({
    problem,
    samples: [
      {
        ids: Uint32Array.of(1, 2, 3),
        verdict: { reward: 0 as const, reason: 'no answer', answer: null },
        truncated: true,
      },
    ],
  }));
  const whole = evalSamplesEvent(7, asked);
  expect(whole.problems[0].samples).toEqual([{ ids: [1, 2, 3], answer: null, reward: 0 }]);
  expect([whole.step, whole.problems.length, whole.leftOut]).toEqual([7, 5, 0]);
  const most = JSON.stringify(whole.problems.slice(0, 2)).length;
  const short = evalSamplesEvent(7, asked, most);
  expect([short.problems, short.leftOut]).toEqual([whole.problems.slice(0, 2), 3]);
  expect(JSON.stringify(short.problems).length).toBeLessThanOrEqual(most);
});

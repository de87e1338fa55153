/** Verdicts on answers that are code: at first whether there is any, then, of who runs it, how many tests it passes. */
import type { Problem, Verdict } from '../types';
import { lastCodeBlock } from './code-block';
import { codeFactsOf } from './rows';
import type { CodeFacts, CodeJudge, CodeReport } from './types';

/** What of the tests passed is rewarded: all of them or nothing, or their share. */
export const CODE_REWARDS = ['all', 'share'] as const;
export type CodeReward = (typeof CODE_REWARDS)[number];

export interface CodeGrading {
  readonly reward: CodeReward;
  /** Longest run of an answer over all its tests, seconds of its own clock. */
  readonly seconds: number;
}

export const USUAL_GRADING: CodeGrading = { reward: 'all', seconds: 5 };

const NO_CODE = 'Your answer has no code block.';

/** Before anything is run. */
export function unjudgedCode(response: string): Verdict {
  const block = lastCodeBlock(response);
  if (block === null) return { reward: 0, reason: 'no code', answer: null, feedback: NO_CODE };
  return { reward: 0, reason: 'not run', answer: block.code };
}

/** A solution up to the end of its code. */
export function cutAfterCode(text: string): string {
  const block = lastCodeBlock(text);
  return block === null ? text : text.slice(0, block.end).trim();
}

/** Runs the answers' code; the same answer to the same problem is run once. */
export function codeVerdicts(judge: CodeJudge, { reward, seconds }: CodeGrading) {
  const known = new WeakMap<Problem, Map<string, Promise<CodeReport>>>();
  /** Tests of a problem, as they were counted where all ran. */
  const totals = new WeakMap<Problem, number>();
  return async (problem: Problem, verdict: Verdict): Promise<Verdict> => {
    const { answer: code } = verdict;
    if (code === null) return verdict;
    const reports = known.get(problem) ?? new Map<string, Promise<CodeReport>>();
    known.set(problem, reports);
    const asked = reports.get(code) ?? judge({ ...(codeFactsOf(problem) as CodeFacts), code, seconds });
    if (reports.size < REMEMBERED) reports.set(code, asked);
    const { passed, total, reason } = await asked;
    if (total !== null) totals.set(problem, total);
    return verdictOn(passed, total ?? totals.get(problem) ?? null, reason, verdict, reward);
  };
}

/** Answers to a problem that are remembered: the rollouts of a group often give the same. */
const REMEMBERED = 64;

function verdictOn(
  passed: number,
  total: number | null,
  why: string | null,
  verdict: Verdict,
  reward: CodeReward,
): Verdict {
  const isRight = total !== null && total > 0 && passed === total;
  if (isRight) return { ...verdict, reward: 1, reason: 'right', feedback: feedbackOn(passed, total) };
  const share = reward === 'share' && total !== null && total > 0 ? passed / total : 0;
  const counted = total === null ? '' : `${passed} of ${total} tests`;
  const reason = [counted, why].filter((part) => part !== null && part !== '').join('; ');
  return { ...verdict, reward: share, reason, feedback: feedbackOn(passed, total) };
}

/** The paper's words (Shen et al., arXiv 2605.11609, appendix C). */
const feedbackOn = (passed: number, total: number | null): string =>
  total === null
    ? 'Your code did not finish in time.'
    : `Your code passes ${passed} of ${total} test ${total === 1 ? 'case' : 'cases'}.`;

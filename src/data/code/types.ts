/** Problems whose answer is Python code, and what is said of an answer. */

/** How an answer is tested. */
export type CodeTests =
  /** Each text one test: statements that assert. */
  | { readonly form: 'asserts'; readonly tests: readonly string[] }
  /** A program that tests; every statement of it that asserts is a test. `entry`: what its `check` is given, where it has one. */
  | { readonly form: 'program'; readonly tests: string; readonly entry: string | null }
  /** A function, or a method of `Solution`: its arguments as JSON, one a line, and its value as JSON. */
  | { readonly form: 'calls'; readonly tests: readonly InputOutput[]; readonly entry: string }
  /** A program that reads and writes. */
  | { readonly form: 'output'; readonly tests: readonly InputOutput[] };

export interface InputOutput {
  readonly input: string;
  readonly output: string;
}

/** What a code problem holds beside its question; JSON only. */
export interface CodeFacts {
  /** Runs before the answer, in its namespace: its imports, or the beginning that it was given. */
  readonly setup: string;
  /** Runs before the tests, in theirs. */
  readonly imports: string;
  readonly tests: CodeTests;
}

export interface CodeQuestion extends CodeFacts {
  readonly code: string;
  /** Longest run of the answer over all tests, seconds of its own clock. */
  readonly seconds: number;
}

export interface CodeReport {
  readonly passed: number;
  /** Null where the tests did not come to their end, and nobody counted them. */
  readonly total: number | null;
  /** Why the first test that failed did; null where none did. */
  readonly reason: string | null;
}

/** Runs an answer's code against its tests. Rejects where there is no Python to run it. */
export type CodeJudge = (question: CodeQuestion) => Promise<CodeReport>;

/**
 * Judges answers with two interpreters: the tests run in one, the answer in the other. What a test calls of the answer is asked
 * across, as data; expected values and tests never come to where the answer's code is. Both begin every answer as new.
 */
import * as v from 'valibot';
import type { CodeQuestion, CodeReport } from '../../data/code/types';
import { jsonObject } from '../../data/json';
import { type Image, Interpreter, type PythonParts } from './interpreter';
import { type Stopped, stopOf } from './stopped';
import type { Limits } from './system';

const MiB = 2 ** 20;
const ANSWER = { output: 8 * MiB, memory: 256 * MiB };
/** The tests are the dataset's, which is not trusted with more than its work. */
const TESTS: Limits = { seconds: 60, output: 256 * MiB, memory: 256 * MiB };
/** An interpreter that took more is replaced, not swept: that takes as long, and gives the memory back. */
const KEPT = 64 * MiB;

/** What the tests' interpreter says, in which a dataset's code runs. */
const REPORT = v.object({ passed: v.number(), total: v.nullable(v.number()), reason: v.nullable(v.string()) });

export class Examiner {
  private tests: Interpreter | null = null;
  private answer: Interpreter | null = null;

  /** `image`: of an earlier one; without it Python starts anew, and `image` is there afterwards. */
  constructor(
    private readonly parts: PythonParts,
    readonly image: Image = Interpreter.start(parts).image(),
  ) {}

  examine({ code, seconds, ...question }: CodeQuestion): CodeReport {
    this.tests = this.fresh(this.tests);
    this.answer = this.fresh(this.answer);
    const { tests, answer } = this;
    const limits = { ...ANSWER, seconds };
    let begun = false;
    let stopped: Stopped | null = null;
    tests.system.ask = (request) => {
      try {
        if (stopped) throw stopped;
        const message = request.slice();
        const reply = begun ? answer.go('lab_answer', message) : answer.begin('lab_answer', message, limits);
        begun = true;
        return reply.length > 0 ? reply : refused('gave no value');
      } catch (thrown) {
        stopped = stopOf(thrown);
        return refused(stopped.message);
      }
    };
    const { tests: given, imports, setup } = question;
    const asked = { entry: null, ...given, imports, setup, code };
    try {
      const reply = tests.begin('lab_tests', new TextEncoder().encode(JSON.stringify(asked)), TESTS);
      return v.parse(REPORT, jsonObject(new TextDecoder().decode(reply)));
    } catch (thrown) {
      return { passed: 0, total: null, reason: `the tests broke down: ${stopOf(thrown).message}` };
    }
  }

  private fresh(used: Interpreter | null): Interpreter {
    if (!used || used.size > Math.max(KEPT, this.image.memory.length)) return Interpreter.of(this.parts, this.image);
    used.restore(this.image);
    return used;
  }
}

/** A reply that the answer did not give. */
const refused = (reason: string): Uint8Array => new TextEncoder().encode(JSON.stringify({ e: ['Stopped', reason] }));

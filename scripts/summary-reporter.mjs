/**
 * A vitest reporter that leaves the run's figures for scripts/test.mjs in the file that TEST_SUMMARY names: what passed, what
 * failed and why, what was skipped, and what passed only when it was tried again.
 */
import { writeFileSync } from 'node:fs';

export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state) => tests.filter((test) => test.result().state === state);
    // What fails outside a test (a file that does not load, a hook, an unhandled error) is a failure too.
    const brokenFiles = modules.filter((module) => module.state() === 'failed' && !hasFailedTest(module));
    const summary = {
      passed: inState('passed').length,
      failed: [
        ...inState('failed').map((test) => ({ name: placed(test), why: told(test.result().errors) })),
        ...brokenFiles.map((module) => ({ name: module.relativeModuleId, why: told(module.errors()) })),
        ...unhandledErrors.map((error) => ({ name: 'outside of any test', why: told([error]) })),
      ],
      again: tests
        .filter((test) => test.diagnostic()?.flaky)
        .map((test) => ({ name: placed(test), why: told(test.result().errors) })),
      skipped: inState('skipped').map((test) => ({ name: test.fullName, why: test.result().note ?? null })),
    };
    writeFileSync(process.env.TEST_SUMMARY, JSON.stringify(summary));
  }
}

const placed = (test) => `${test.module.relativeModuleId}: ${test.fullName}`;

/** The first of these errors in one line. */
const told = (errors) => (errors?.[0] ? `${errors[0].name}: ${errors[0].message}`.split('\n')[0] : null);

const hasFailedTest = (module) => [...module.children.allTests('failed')].length > 0;

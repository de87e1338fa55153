/** A vitest reporter that leaves the run's figures for scripts/test.mjs in the file that TEST_SUMMARY names. */
import { writeFileSync } from 'node:fs';

export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state) => tests.filter((test) => test.result().state === state);
    // What fails outside a test (a file that does not load, a hook, an unhandled error) is a failure too.
    const brokenFiles = modules.filter((module) => module.state() === 'failed' && !hasFailedTest(module));
    const summary = {
      passed: inState('passed').length,
      failed: inState('failed').length + brokenFiles.length + unhandledErrors.length,
      skipped: inState('skipped').map((test) => ({ name: test.fullName, why: test.result().note ?? null })),
    };
    writeFileSync(process.env.TEST_SUMMARY, JSON.stringify(summary));
  }
}

const hasFailedTest = (module) => [...module.children.allTests('failed')].length > 0;

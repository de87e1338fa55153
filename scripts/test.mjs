/** `npm test`: installs what is missing, picks an adapter and runs all tests. Arguments go to vitest. Ends with "N passed, M failed". */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installMissing } from './install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
installMissing(root);
const { cache, chooseAdapter } = await import('./adapters.mjs');
const adapter = chooseAdapter();
console.log(`Engine tests use the adapter: ${adapter.name}`);
mkdirSync(cache, { recursive: true });
const report = join(cache, `test-report-${process.pid}.json`);
const args = [
  join(root, 'node_modules/vitest/vitest.mjs'),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
];
const child = spawn(process.execPath, args, {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ...adapter.env, ANTISD_ADAPTER: adapter.name },
});
child.on('exit', (code) => {
  let line = '0 passed, 1 failed';
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    // A file that could not be loaded has no test to fail, but is a failure.
    const failed = numFailedTests > 0 ? numFailedTests : code === 0 ? 0 : Math.max(1, numFailedTestSuites);
    line = `${numPassedTests} passed, ${failed} failed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''}`;
  } catch {
    // vitest ended before it wrote a report
  }
  console.log(line);
  process.exit(code ?? 1);
});

/**
 * `npm test`: installs what is missing, picks an adapter, says which, and runs the tests. Arguments go to vitest, e.g.
 * `ADAPTER=swiftshader npm test -- --project gpu`. DENO names a Deno that runs the tests in Node's place, on wgpu instead of
 * Dawn. `npm run test:faults` is `--faults`: all attempts to break the lab, and their count by group. The last line is
 * "N passed, M failed".
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installMissing } from './install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
installMissing(root);
const { cache } = await import('./chromium-package.mjs');
const { chooseAdapter, probe } = await import('./adapters.mjs');

const faults = process.argv.includes('--faults');
const given = process.argv.slice(2).filter((arg) => arg !== '--faults');
const places = given.some((arg) => arg.startsWith('test/')) ? [] : ['test/faults/', 'test/hostile/'];
const own = faults ? [`--reporter=${join(root, 'scripts/attempts-reporter.mjs')}`, ...places] : [];

/** Whether these arguments leave the engine's tests in: without them no adapter is needed. */
const projects = process.argv.flatMap((arg, i, all) =>
  arg === '--project' ? [all[i + 1]] : arg.startsWith('--project=') ? [arg.slice('--project='.length)] : [],
);
const needsAdapter = projects.length === 0 || projects.some((name) => !/^(unit|hostile|fuzz|e2e)$/.test(name));

let adapter = { name: 'none', env: {} };
if (needsAdapter) {
  try {
    adapter = chooseAdapter();
    const description = probe(adapter.env);
    if (!description) throw new Error(`The adapter ${adapter.name} is there, but WebGPU gets no device from it.`);
    console.log(`Engine tests run on ${adapter.name}: ${description}`);
  } catch (error) {
    console.error(error.message);
    console.log('0 passed, 1 failed');
    process.exit(1);
  }
}

mkdirSync(cache, { recursive: true });
const summaryFile = join(cache, `test-summary-${process.pid}.json`);
const [program, ...flags] = process.env.DENO
  ? [process.env.DENO, 'run', '--allow-all', '--unstable-webgpu']
  : [process.execPath];
const vitest = spawn(
  program,
  [
    ...flags,
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    `--reporter=${join(root, 'scripts/summary-reporter.mjs')}`,
    ...own,
    ...given,
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      ...adapter.env,
      ANTISD_ADAPTER: adapter.name,
      TEST_SUMMARY: summaryFile,
      ...(faults && { FAULTS: 'whole' }),
    },
  },
);
// Ctrl-C reaches vitest by itself; this process stays for the closing line.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => vitest.kill('SIGTERM'));
vitest.on('exit', (code) => {
  const { passed, failed, again, skipped } = readSummary(code);
  const tell = (what, tests) => {
    for (const { name, why } of tests) console.log(`${what}: ${name}${why ? ` (${why})` : ''}`);
  };
  tell('skipped', skipped);
  tell('passed only when tried again', again);
  tell('failed', failed);
  console.log(`${passed} passed, ${failed.length} failed`);
  process.exitCode = failed.length > 0 ? code || 1 : 0;
});

/** The run's figures; a run that ended badly without a failed test, or before it could count, is one failure. */
function readSummary(code) {
  const ended = { name: 'the run', why: `vitest ended with code ${code}` };
  try {
    const summary = JSON.parse(readFileSync(summaryFile, 'utf8'));
    if (code !== 0 && summary.failed.length === 0) summary.failed.push(ended);
    return summary;
  } catch {
    return { passed: 0, failed: [ended], again: [], skipped: [] };
  } finally {
    rmSync(summaryFile, { force: true });
  }
}

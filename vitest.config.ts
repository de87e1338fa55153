/**
 * Five projects: `unit`, `hostile` (attempts to break readers, a row each) and `fuzz` (broken files by the ten thousand) need
 * nothing, `gpu` (*.gpu.test.ts) a WebGPU adapter in Node, `e2e` (test/e2e) a real browser. The first three run side by side, then
 * the others one after another: the adapter is often the CPU itself. One process leaves much of two cores idle, while it
 * compiles kernels or waits for a browser: these two take two processes each.
 */
import { availableParallelism } from 'node:os';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { formulasPlugin } from './scripts/formulas.mjs';
import LongestFirst from './test/setup/order.ts';

/** The gate tries once more what a browser, a process or a driver failed in, and names it at the end (.ci/run). */
const retry = Number(process.env.TRY_AGAIN ?? 0);
const [HOSTILE, FUZZ] = ['test/hostile/*.test.ts', 'test/hostile/fuzz-*.test.ts'];

export default defineConfig({
  plugins: [react(), formulasPlugin],
  test: {
    expect: { poll: { timeout: 60_000 } }, // what never comes fails late, what comes late on a busy machine does not
    maxWorkers: availableParallelism(), // vitest's own choice is one fewer
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/**/*.gpu.test.ts', 'test/e2e/**', 'test/**/*.e2e.test.ts', HOSTILE],
          sequence: { groupOrder: 0 },
          isolate: false, // who changes what all share says so: test/setup/page-state.ts
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'hostile',
          include: [HOSTILE],
          exclude: [FUZZ],
          sequence: { groupOrder: 0 },
          isolate: false,
          testTimeout: 120_000,
        },
      },
      { extends: true, test: { name: 'fuzz', include: [FUZZ], sequence: { groupOrder: 0 }, testTimeout: 120_000 } },
      {
        extends: true,
        test: {
          name: 'gpu',
          include: ['test/**/*.gpu.test.ts'],
          exclude: ['test/e2e/**'],
          sequence: { groupOrder: 1 },
          maxWorkers: Math.min(2, availableParallelism()),
          isolate: false, // one device a process: test/setup/gpu.ts
          retry,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/**/*.e2e.test.ts'],
          sequence: { groupOrder: 2 },
          globalSetup: './test/setup/built.ts',
          maxWorkers: Math.min(2, availableParallelism()),
          isolate: false, // what a browser's device was checked for is known to all: test/setup/checked.ts
          retry,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});

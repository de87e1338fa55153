/** What is drawn of a measured step: its kernels by time, its phases, its memory, and code whose symbols are marked. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { kernelFormulas } from '../../../scripts/formulas.mjs';
import { curveOf } from '../../../src/ui/learn/hood/OwnShape';
import { fileOf, memoryOf, phasesOf, rowsIn, stemOf, type ToldProfile } from '../../../src/ui/learn/hood/profile';
import { linesOf, linesWith } from '../../../src/ui/learn/hood/wgsl';

const PROFILE: ToldProfile = {
  ...{ device: 'a device', clock: 'device', tokens: 8 },
  kernels: ['sample', 'rms-norm-forward', 'global-norm'].map((name) => ({ name, code: 'fn main() {}' })),
  kernel: [0, 1, 0, 1, 2],
  start: [0, 1, 4, 6, 9],
  end: [1, 2, 6, 7, 10],
  phases: [
    { phase: 'sample', from: 0 },
    { phase: 'score', from: 3 },
    { phase: 'backward', from: 4 },
    { phase: 'update', from: 5 },
  ],
  memory: [
    { label: 'a', purpose: 'weights', bytes: 10 },
    { label: 'b', purpose: 'activations', bytes: 30 },
    { label: 'c', purpose: 'weights', bytes: 15 },
  ],
};

describe('a measured step', () => {
  it('has its phases on the device’s clock; the update begins at the gradient’s norm', () => {
    expect(phasesOf(PROFILE)).toEqual([
      { name: 'sample', from: 0, to: 6 },
      { name: 'score', from: 6, to: 7 },
      { name: 'update', from: 9, to: 10 },
    ]);
  });

  it('has a row a kernel, the longest first, of the time that is looked at', () => {
    const rows = rowsIn(PROFILE, { from: 0, to: 10 });
    expect(rows.map(({ name, ms, dispatches }) => [name, ms, dispatches])).toEqual([
      ['sample', 3, 2],
      ['rms-norm-forward', 2, 2],
      ['global-norm', 1, 1],
    ]);
    expect(rows[0].path).toBe('M0 0h60v1h-60zM240 0h120v1h-120z');
    expect(rowsIn(PROFILE, { from: 6, to: 7 }).map(({ name }) => name)).toEqual(['rms-norm-forward']);
  });

  it('has its memory by purpose, the largest first', () => {
    expect(memoryOf(PROFILE).map(({ purpose, bytes, tensors }) => [purpose, bytes, tensors[0].label])).toEqual([
      ['activations', 30, 'b'],
      ['weights', 25, 'c'],
    ]);
  });

  it('is the same after it was stored', () => {
    const columns = { kernel: new Uint16Array([0]), start: new Float32Array([0.1234567]), end: new Float32Array([1]) };
    expect(JSON.parse(fileOf({ ...PROFILE, ...columns }))).toMatchObject({ kernel: [0], start: [0.123], end: [1] });
  });
});

test('the recording is a step whose every kernel has a formula', () => {
  const text = readFileSync(new URL('../../../public/recorded/hood.json', import.meta.url), 'utf8');
  const recorded = JSON.parse(text) as ToldProfile;
  expect(text.length).toBeLessThan(400_000);
  expect(phasesOf(recorded).map(({ name }) => name)).toEqual(['sample', 'score', 'backward', 'update']);
  const stems = Object.keys(kernelFormulas());
  expect(recorded.kernels.filter(({ name }) => stemOf(name, stems) === null)).toEqual([]);
  expect(memoryOf(recorded).length).toBeGreaterThan(4);
});

test('a kernel’s stem is the longest that its name begins with', () => {
  const stems = ['matmul', 'matmul-tiles', 'matvec'];
  expect(['matmul-tiles-r1-q8', 'matmul', 'matvec', 'matvector'].map((name) => stemOf(name, stems))).toEqual([
    'matmul-tiles',
    'matmul',
    'matvec',
    null,
  ]);
});

test('names are marked where they are names: not in comments, not within others', () => {
  const symbols = { x: { is: 'input', in: ['x'] }, y: { is: 'output', in: ['y', 'yy'] } };
  const lines = linesOf('// y = x\nlet yy = x + max; // x\n', symbols);
  expect(lines.map(({ comment }) => comment)).toEqual([true, false]);
  expect(lines[1].pieces.filter(({ symbol }) => symbol).map(({ text, symbol }) => [text, symbol])).toEqual([
    ['yy', 'y'],
    ['x', 'x'],
  ]);
  expect([linesWith(lines, 'x'), linesWith(lines, 'y')]).toEqual([[2], [2]]);
  expect(lines.map(({ pieces }) => pieces.map(({ text }) => text).join('')).join('\n')).toBe(
    '// y = x\nlet yy = x + max; // x',
  );
});

test('a curve stops where there is no number', () => {
  expect(curveOf((u) => u).match(/M/g)).toHaveLength(1);
  expect(curveOf(Math.sqrt)).toMatch(/^M160\.0 80\.0L/);
  expect(curveOf(() => Number.NaN)).toBe('');
});

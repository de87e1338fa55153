/** Every kernel has its formula beside it, and every symbol of one stands for names that are in its code. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { kernelFormulas } from '../../scripts/formulas.mjs';

const folder = join(import.meta.dirname, '../../src/kernels');
const files = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.wgsl'));
/** Programs, not parts of some; what measures the adapter computes nothing. */
const kernels = files
  .map((file) => ({
    stem: basename(file, '.wgsl'),
    code: readFileSync(join(folder, file), 'utf8'),
    room: dirname(file),
  }))
  .filter(({ code, room }) => code.includes('@compute') && room !== 'probe');
const formulas = kernelFormulas();

test('every kernel has one, and nothing else has', () => {
  expect(kernels.length).toBeGreaterThan(35);
  expect(Object.keys(formulas).sort()).toEqual(kernels.map(({ stem }) => stem).sort());
});

test.each(kernels)('$stem: every symbol is in the formula, and its names in the code', ({ stem, code, room }) => {
  const { formula, symbols } = formulas[stem];
  const marked = new Set([...formula.matchAll(/data-symbol="(\w+)"/g)].map(([, symbol]) => symbol));
  expect([...marked].filter((symbol) => !(symbol in symbols))).toEqual([]);
  expect(Object.keys(symbols).filter((symbol) => !marked.has(symbol))).toEqual([]);
  // Parts that the host puts into some: weights as they are stored, random numbers, terms of a divergence, keys' places.
  const parts =
    { matmul: ['weight'], sample: ['philox'], dropout: ['philox'], divergence: ['within', 'rest', 'terms'] }[room] ??
    [];
  const own = code.replace(/\/\/.*$/gm, '');
  const names = Object.values(symbols).flatMap((row) => row.in);
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(own) && !parts.includes(name))).toEqual([]);
  // A name can stand for one symbol alone.
  expect(names.filter((name, i) => names.indexOf(name) < i)).toEqual([]);
});

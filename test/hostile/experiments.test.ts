/** Experiments and foreign logs that are too much, name what is not theirs, or are none. */
import { fromPython } from '../../src/data/json';
import { sweepOf } from '../../src/runs/sweep/file';
import { importTrl } from '../../src/runs/trl/import';
import { attempts } from '../faults/attempts';
import { type Expected, Rows } from './refusals';

const sweeps = new Rows('experiments');
const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);
const sweep = (own: object) => sweepOf({ name: 'x', doc: 'd', ...own }, 'x.json');
const axes = (n: number) => Object.fromEntries(numbers(n).map((i) => [`axis${i}`, numbers(100)]));
const DECLARED: Record<string, [own: object, message: Expected]> = {
  'a grid of 10²⁰⁰ cells': [{ grid: axes(100) }, /more than 10000 cells/],
  'one seed too many': [{ grid: { seed: numbers(10_001) } }, /more than 10000 cells/],
  'a rule that multiplies 10,000 cells by 10,000': [
    { grid: { seed: numbers(10_000) }, when: [{ if: {}, grid: { steps: numbers(10_000) } }] },
    /more than 10000 cells/,
  ],
  'a rule of 100 cells for each of 1,000': [
    { grid: { seed: numbers(1000) }, when: [{ if: {}, grid: { steps: numbers(100) } }] },
    /more than 10000 cells/,
  ],
  'a rule 100 times over': [
    { grid: { seed: [1, 2] }, when: numbers(100).map((i) => ({ if: {}, grid: { [`a${i}`]: [1, 2] } })) },
    /more than 10000 cells/,
  ],
  'a name that leads out': [{ name: '../x' }, /small letters/],
  'the prototype as a variant': [{ variants: JSON.parse('{"__proto__": {"steps": 1}, "b": {}}') }, null],
  'the prototype as a setting': [{ settings: JSON.parse('{"__proto__": 1}') }, null],
  'the constructor as an axis': [{ grid: { constructor: [1] } }, null],
  'an axis of nothing': [{ grid: { seed: [] } }, /./],
  'a value twice': [{ grid: { seed: [1, 1] } }, /Two cells are called/],
  'cells that begin at each other': [
    {
      variants: { a: {}, b: {} },
      when: [
        { if: { variant: ['a'] }, from: 'b' },
        { if: { variant: ['b'] }, from: 'a' },
      ],
    },
    /begin at each other|stores no checkpoint/,
  ],
  'a cell that begins at itself': [{ variants: { a: {} }, when: [{ if: {}, from: 'a' }] }, /begin at|no checkpoint/],
  'a name of 100,000 letters': [{ variants: { ['v'.repeat(1e5)]: {} } }, null],
  'a chain of 200 cells': [
    {
      variants: Object.fromEntries(numbers(200).map((i) => [`v${i}`, {}])),
      settings: { steps: 10, checkpointEvery: 10 },
      when: numbers(199).map((i) => ({ if: { variant: [`v${i + 1}`] }, from: `v${i}` })),
    },
    null,
  ],
  '10,000 rules for 10,000 variants': [
    {
      variants: Object.fromEntries(numbers(10_000).map((i) => [`v${i}`, {}])),
      when: numbers(10_000).map((i) => ({ if: { variant: [`v${i}`] }, from: 'v0' })),
    },
    /more than 256 rules/,
  ],
  'a condition of a million values': [{ when: [{ if: { seed: numbers(1e6) }, from: 'x' }] }, /more than 10000 cells/],
  '100,000 settings': [
    { variants: { a: Object.fromEntries(numbers(1e5).map((i) => [`s${i}`, 1])) } },
    /names 100000 settings/,
  ],
  '10,000 settings for each of 100 variants': [
    {
      settings: Object.fromEntries(numbers(1e4).map((i) => [`s${i}`, 1])),
      variants: Object.fromEntries(numbers(100).map((i) => [`v${i}`, {}])),
    },
    /names 10000 settings/,
  ],
  '100,000 variants': [
    { variants: Object.fromEntries(numbers(1e5).map((i) => [`v${i}`, {}])) },
    /more than 10000 cells/,
  ],
  'steps without end': [{ settings: { steps: 1e308 } }, /./],
};
for (const [id, [own, message]] of Object.entries(DECLARED))
  sweeps.add(id, `an experiment with ${id}`, message, () => sweep(own), true);
for (const name of ['..', '.', '../..', '...', './', '..\\..', '/', 'a/../../b', '.hidden'])
  sweeps.add(`a variant ${name}`, `a variant called ${JSON.stringify(name)}: no cell's folder leads out`, null, () => {
    for (const { id } of sweep({ variants: { [name]: {} } }).cells)
      if (/[\\/]/.test(id) || /^\.+$/.test(id) || id === '') throw new Error(`a folder called ${JSON.stringify(id)}`);
  });

const trl = new Rows('foreign logs');
const log = (own: object) => importTrl({ run: null, steps: null, state: null, ...own }, 'x');
const record = (step: number, more: object = {}) => ({ type: 'step', step, tokens: 1, gateState: 'off', ...more });
const LOGS: Record<string, [own: object, message: Expected]> = {
  'null as state': [{ state: null }, /./],
  'a list as state': [{ state: [] }, /./],
  'no history': [{ state: { log_history: {} } }, /./],
  'an empty history': [{ state: { log_history: [] } }, /No step is logged/],
  'a step of minus one': [{ state: { log_history: [{ step: -1, loss: 1 }] } }, /./],
  'a step without end': [{ state: { log_history: [{ step: Number.POSITIVE_INFINITY, loss: 1 }] } }, /./],
  'a half step': [{ state: { log_history: [{ step: 0.5, loss: 1 }] } }, /./],
  'texts for figures': [{ state: { log_history: [{ step: 1, loss: 'x', reward: {} }] } }, null],
  'a figure in words': [{ steps: [record(1), record(2, { reward: 'x' })] }, /kinds: reward \(x, antisd\.jsonl:2\)/],
  'a list as a figure': [{ steps: [record(1, { loss: [1] })] }, /kinds: loss \(x, antisd\.jsonl:1\)/],
  'shares in words': [{ steps: [record(1, { contextShares: { a: 'x' } })] }, /kinds: contextShares/],
  'phases that are none': [{ steps: [record(1, { phaseMs: 7 })] }, null],
  'an evaluation in words': [{ steps: [record(1), { type: 'eval', step: 1, accuracy: 1, k: {} }] }, /kinds: k \(/],
  'a figure nobody knows': [{ steps: [record(1, { x: { y: 1 } })] }, /kinds: x \(/],
  'a figure of the prototype': [{ steps: [record(1, JSON.parse('{"__proto__": "x"}'))] }, null],
  'half a million records': [{ steps: numbers(5e5).map((i) => record(i)) }, /500000 records/],
  'half a million entries': [
    { state: { log_history: numbers(5e5).map((step) => ({ step, reward: 1 })) } },
    /500000 records/,
  ],
  'no records': [{ steps: [null, 7, 'x'] }, /no record of a step/],
  'a record of the prototype': [{ steps: [JSON.parse('{"type": "step", "step": 1, "__proto__": {"x": 1}}')] }, /./],
  'settings that are none': [
    { run: { config: { steps: 'x' } }, state: { log_history: [{ step: 1, loss: 1, reward: 0 }] } },
    null,
  ],
};
trl.add('Python’s NaN', 'a log with NaN and Infinity, as Python writes them, beside texts that say so', null, () => {
  const line = '{"step": 1, "loss": NaN, "reward": -Infinity, "x": "NaN, \\"Infinity", "kl": [Infinity]}';
  const read = JSON.parse(fromPython(line));
  if (read.loss !== null || read.reward !== null || read.x !== 'NaN, "Infinity' || read.kl[0] !== null)
    throw new Error(JSON.stringify(read));
});
for (const [id, [own, message]] of Object.entries(LOGS))
  trl.add(id, `a log of TRL with ${id}`, message, () => log(own), true);

attempts([...sweeps.list, ...trl.list]);

/** Flags of `eval`. */
import { BENCHMARKS } from '../library/benchmarks';
import { MODEL_FLAGS } from './inspect';
import type { Flags, Values } from './options';

export const EVAL_FLAGS = {
  ...MODEL_FLAGS,
  task: { kind: 'text', doc: 'task, or a file of problems [the model’s own]' },
  data: {
    kind: 'text',
    doc: `benchmarks, all of their problems, results in a folder: ${BENCHMARKS.map(({ name }) => name).join(', ')}, a dataset of the Hub, a file or a task; several with commas`,
    placeholder: 'NAME,…',
  },
  out: { kind: 'text', doc: 'with --data: the folder (must be new) [runs/eval-…]', placeholder: 'DIR' },
  resume: { kind: 'text', doc: 'go on with this folder, with its settings', placeholder: 'DIR' },
  preset: { kind: 'text', doc: 'with --data: plain, or paper: 32 samples at temperature 0.7, top-p 0.95 [plain]' },
  problems: { kind: 'integer', doc: 'held-out problems [128; of --data all]', min: 1 },
  samples: { kind: 'integer', doc: 'samples a problem: k [8]', min: 1, max: 1024 },
  'min-depth': { kind: 'integer', doc: 'least depth; absent: as the task says', min: 1, max: 15 },
  temperature: { kind: 'number', doc: '0 takes the most likely token [1]', min: 0 },
  'top-p': { kind: 'number', doc: 'nucleus; 1 is off [1]', min: 0.01, max: 1 },
  'max-new-tokens': { kind: 'integer', doc: 'longest response [the task’s; of --data 1024 at most]', min: 1 },
  wording: { kind: 'text', doc: 'with --data: the words around a problem [standard]' },
  'bad-rows': {
    kind: 'text',
    doc: 'with --data: rows that cannot be read: refused by the first, or left-out and counted, while they are at most half [refused]',
  },
  thinking: { kind: 'boolean', doc: 'let a model that can think do so' },
  seed: { kind: 'integer', doc: 'seed of sampling', default: 0, min: 0 },
  rows: { kind: 'integer', doc: 'with --data: responses sampled at once [by the model]', min: 1, max: 4096 },
  minutes: { kind: 'number', doc: 'with --data: stop after so many; --resume goes on', min: 0 },
  'token-budget': { kind: 'integer', doc: 'with --data: stop after so many sampled tokens', min: 1 },
  against: {
    kind: 'text',
    doc: 'with --data: training data that is searched for the same problems [the run’s own]',
    placeholder: 'NAME',
  },
  json: { kind: 'boolean', doc: 'with --data: print results.json' },
  signature: {
    kind: 'boolean',
    doc: 'also: accuracy with the hint; at temperature 1 the probability of going on, and the accuracy of the forced scan',
  },
} as const satisfies Flags;

export type EvalFlags = Values<typeof EVAL_FLAGS>;

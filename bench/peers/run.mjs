/**
 * The benchmark's models in this engine, in TensorFlow.js and in jax-js, on the same adapter, turn by turn in one run: the
 * machine's other work then hits all. All begin with the same weights, and their first losses must agree. Prints a table
 * for each model that is named (nano and small where none is).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { applyAdapter, chooseAdapter } from '../../scripts/adapters.mjs';
import { rawTexts } from '../../scripts/bundle.mjs';
import { MODELS } from './models.mjs';

const root = dirname(fileURLToPath(import.meta.url));
const scratch = mkdtempSync(join(root, 'bundles-')); // here, so that the bundles find their packages
const ENGINES = [
  ['here', 'here.ts'],
  ['tfjs', 'tfjs.mjs'],
  ['jax', 'jax.mjs'],
];
const NAMES = { here: 'here', tfjs: 'TensorFlow.js', jax: 'jax-js' };
/** Losses of different orders of summation agree to this. */
const SAME = 1e-3;

const bundle = ([name, file]) =>
  build({
    entryPoints: [join(root, file)],
    outfile: join(scratch, `${name}.mjs`),
    bundle: true,
    platform: 'node',
    mainFields: ['module', 'main'],
    format: 'esm',
    external: ['webgpu'],
    plugins: [rawTexts],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });

function measured(engine, model) {
  const args = [join(root, 'engine.mjs'), engine, model, scratch];
  const { status, stdout } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error(`${NAMES[engine]} ended with ${status}`);
  return JSON.parse(String(stdout).trim().split('\n').pop());
}

/** The lesser of both, time by time. */
function lesser(a, b) {
  if (typeof a === 'number') return Math.min(a, b);
  return Object.fromEntries(Object.keys(a).map((key) => [key, lesser(a[key], b[key])]));
}

function compare(model) {
  const before = measured('here', model);
  const peers = ['tfjs', 'jax'].map((engine) => [engine, measured(engine, model)]);
  const after = measured('here', model);
  for (const [engine, { losses }] of peers)
    for (const [i, loss] of losses.entries())
      if (!(Math.abs(loss - before.losses[i]) < SAME))
        throw new Error(`${NAMES[engine]}: loss ${i + 1} is ${loss}, here ${before.losses[i]}`);
  const ours = lesser({ ...before, losses: {} }, { ...after, losses: {} });
  const { batches, newTokens } = MODELS[model];
  const rows = [
    ['training step', (m) => m.training, 1000],
    ...batches.map((batch) => [`a token, batch ${batch}`, (m) => m.decoding[batch], 1000 / newTokens]),
  ];
  const all = [['here', ours], ...peers];
  print([model, ...all.map(([engine]) => `${NAMES[engine]}, ms (CPU ms)`)]);
  for (const [name, of, factor] of rows) {
    const ms = (m, key) => (of(m)[key] * factor).toFixed(1);
    print([name, ...all.map(([, m]) => `${ms(m, 'seconds')} (${ms(m, 'cpuSeconds')})`)]);
    const ratio = (m, key) => (of(m)[key] / of(ours)[key]).toFixed(1);
    print([
      '  times as long as here',
      '1',
      ...peers.map(([, m]) => `${ratio(m, 'seconds')} (${ratio(m, 'cpuSeconds')})`),
    ]);
  }
  print(['first step, s', ...all.map(([, m]) => m.training.first.toFixed(1))]);
  print(['first losses', ...[['here', before], ...peers].map(([, m]) => m.losses.map((x) => x.toFixed(4)).join(' '))]);
}

const print = (cells) => process.stdout.write(`${cells.map((cell, i) => cell.padEnd(i === 0 ? 26 : 28)).join('')}\n`);

applyAdapter(chooseAdapter());
try {
  await Promise.all(ENGINES.map(bundle));
  const asked = process.argv.slice(2);
  for (const model of asked.length > 0 ? asked : ['nano', 'small']) compare(model);
} finally {
  rmSync(scratch, { recursive: true });
}

/**
 * The nano model in this engine and in TensorFlow.js, on the same adapter, turn by turn in one run: the machine's other
 * work then hits both. Prints one table.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { create, globals } from 'webgpu';
import { applyAdapter, chooseAdapter } from '../../scripts/adapters.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const scratch = mkdtempSync(join(tmpdir(), 'antisd-peers-'));
const SHAPE = { sequences: 32, length: 64, batches: [8, 32], newTokens: 16, repeats: 1 };

/** Rows of `lab bench --only nano`, by name. */
function ours() {
  const out = join(scratch, 'ours.json');
  const args = [join(root, 'bin/lab.mjs'), 'bench', '--only', 'nano', '--out', out];
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`lab bench ended with ${status}`);
  return new Map(JSON.parse(readFileSync(out, 'utf8')).rows.map((row) => [row.name, row]));
}

async function tensorFlow() {
  const bundle = join(scratch, 'tfjs.mjs');
  await build({
    entryPoints: [join(here, 'tfjs.mjs')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    mainFields: ['module', 'main'],
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  const { measure } = await import(pathToFileURL(bundle).href);
  // It looks for a page or a worker, but only once it has taken Node for its platform.
  globalThis.WorkerGlobalScope ??= class {};
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  const adapter = await gpu.requestAdapter();
  const { limits, features } = adapter;
  const requiredLimits = Object.fromEntries(
    [
      'maxComputeWorkgroupStorageSize',
      'maxComputeWorkgroupsPerDimension',
      'maxStorageBufferBindingSize',
      'maxBufferSize',
      'maxComputeWorkgroupSizeX',
      'maxComputeInvocationsPerWorkgroup',
    ].map((name) => [name, limits[name]]),
  );
  const requiredFeatures = features.has('timestamp-query') ? ['timestamp-query'] : [];
  return measure(await adapter.requestDevice({ requiredFeatures, requiredLimits }), adapter.info, SHAPE);
}

applyAdapter(chooseAdapter());
Object.assign(globalThis, globals);
const gpu = create([]); // must stay referenced: once it is collected, the process aborts

try {
  const before = ours();
  const peer = await tensorFlow();
  const after = ours();
  const best = (name) => Math.min(before.get(name).ms, after.get(name).ms);
  const tokens = SHAPE.sequences * SHAPE.length;
  const rows = [['training step, ms', best(`training step, ${tokens} tokens`), peer.training.seconds * 1000]];
  for (const batch of SHAPE.batches)
    rows.push([
      `decoding a token, batch ${batch}, ms`,
      best(`decoding, batch ${batch}`),
      (peer.decoding[batch].seconds * 1000) / SHAPE.newTokens,
    ]);
  process.stdout.write(
    `${'nano'.padEnd(34)}${'here'.padStart(10)}${'TensorFlow.js'.padStart(15)}${'ratio'.padStart(9)}\n`,
  );
  for (const [name, a, b] of rows)
    process.stdout.write(
      `${name.padEnd(34)}${a.toFixed(1).padStart(10)}${b.toFixed(1).padStart(15)}${(b / a).toFixed(1).padStart(9)}\n`,
    );
  process.stdout.write(
    `\nTensorFlow.js took ${peer.training.first.toFixed(1)} s for its first step, compilation included.\n`,
  );
} finally {
  rmSync(scratch, { recursive: true });
}
process.exit(0); // Dawn keeps the event loop alive

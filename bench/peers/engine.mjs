/** One engine on one model, in a process of its own: prints losses and times as JSON. Arguments: engine, model, folder of bundles. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { create, globals } from 'webgpu';
import { MODELS } from './models.mjs';

const [engine, model, bundles] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(join(bundles, `${name}.mjs`)).href);

/** The fastest of `repeats` by the clock and by processor time, in seconds, after one that compiles. */
async function timed(work, repeats) {
  const times = [];
  for (let i = 0; i <= repeats; i++) {
    const cpu = process.cpuUsage();
    const started = performance.now();
    await work();
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    times.push({ seconds, cpuSeconds: (user + system) / 1e6 });
  }
  const best = (name) => Math.min(...times.slice(1).map((t) => t[name]));
  return { first: times[0].seconds, seconds: best('seconds'), cpuSeconds: best('cpuSeconds') };
}

/** Limits of this adapter that engines ask for. */
const LIMITS = [
  ...['maxComputeWorkgroupStorageSize', 'maxComputeWorkgroupsPerDimension', 'maxStorageBufferBindingSize'],
  ...['maxBufferSize', 'maxComputeWorkgroupSizeX', 'maxComputeInvocationsPerWorkgroup'],
];

async function tensorFlow(plan) {
  const { measure } = await load('tfjs');
  const adapter = await gpu.requestAdapter();
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const device = await adapter.requestDevice({ requiredLimits });
  return measure(device, adapter.info, here.matrices(plan.config), plan);
}

async function jax(plan) {
  const { open, measure } = await load('jax');
  await open();
  return measure(here.matrices(plan.config), plan);
}

Object.assign(globalThis, globals);
globalThis.WorkerGlobalScope ??= class {}; // TensorFlow.js looks for a page or a worker
const gpu = create([]); // must stay referenced: once it is collected, the process aborts
Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'Node' }, configurable: true });
const here = await load('here');
const plan = { ...MODELS[model], timed };
plan.ids = here.batchIds(plan);
const engines = { here: here.measure, tfjs: tensorFlow, jax };
process.stdout.write(`${JSON.stringify(await engines[engine](plan))}\n`);
process.exit(0); // Dawn keeps the event loop alive

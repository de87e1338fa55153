/** What the adapter can do at most: the yardsticks that kernels are measured against. */
import type { Gpu } from '../../gpu/device';
import { defineKernel } from '../../gpu/kernel';
import { Recorder, rows } from '../../gpu/recorder';
import { Arena } from '../../gpu/tensor';
import copySource from './probe-copy.wgsl?raw';
import fmaSource from './probe-fma.wgsl?raw';

const fma = defineKernel('probe-fma', fmaSource);
const copy = defineKernel('probe-copy', copySource);

/** Gives seconds: the clock's by default. On a software adapter the processors' own time is steadier. */
export type Clock = () => number;

const wall: Clock = () => performance.now() / 1000;

/** Seconds a submit of `record` takes, the best of `times` after one that compiles and warms up. */
async function bestSeconds(r: Recorder, record: () => void, times: number, clock: Clock): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= times; i++) {
    const started = clock();
    record();
    await r.finish();
    if (i > 0) best = Math.min(best, clock() - started);
  }
  return best;
}

/** Grows the work until one submit takes 20 ms, so that the cost of submitting does not count, and gives units a second. */
async function rate(r: Recorder, clock: Clock, unitsPerTurn: number, record: (turns: number) => void): Promise<number> {
  let turns = 1;
  let seconds = await bestSeconds(r, () => record(turns), 1, clock);
  while (seconds < 0.02 && turns < 4096) {
    turns = Math.min(4096, Math.max(turns * 2, Math.ceil((turns * 0.025) / Math.max(seconds, 1e-4))));
    seconds = await bestSeconds(r, () => record(turns), 1, clock);
  }
  return (turns * unitsPerTurn) / Math.min(seconds, await bestSeconds(r, () => record(turns), 4, clock));
}

/** f32 multiply-adds with nothing else in the way, in GFLOP/s (a multiply-add is two). Takes some 0.2 s. */
export async function measureFmaPeak(gpu: Gpu, clock = wall): Promise<number> {
  const arena = new Arena(gpu);
  const r = new Recorder(gpu);
  try {
    const threads = gpu.adapter.software ? 4096 : 1 << 18;
    const steps = 256;
    const y = arena.tensor({ label: 'probe.fma', shape: [threads], purpose: 'scratch' });
    const turn = () => r.dispatch(fma, { y }, { steps, s: 0.999, t: 1e-3 }, [threads / 64]);
    const flops = await rate(r, clock, threads * steps * 32, (turns) => {
      for (let i = 0; i < turns; i++) turn();
    });
    return flops / 1e9;
  } finally {
    r.destroy();
    arena.destroy();
  }
}

/** Bytes read plus bytes written by an elementwise kernel, in GB/s. Takes some 0.2 s. */
export async function measureCopyBandwidth(gpu: Gpu, clock = wall): Promise<number> {
  const arena = new Arena(gpu);
  const r = new Recorder(gpu);
  try {
    const n = gpu.adapter.software ? 1 << 20 : 1 << 23; // vec4s: larger than the caches
    const x = arena.tensor({ label: 'probe.x', shape: [4 * n], purpose: 'scratch' });
    const y = arena.tensor({ label: 'probe.y', shape: [4 * n], purpose: 'scratch' });
    const bytes = await rate(r, clock, n * 32, (turns) => {
      for (let i = 0; i < turns; i++) r.dispatch(copy, { x, y }, { n, t: 1 }, rows(n / 64));
    });
    return bytes / 1e9;
  } finally {
    r.destroy();
    arena.destroy();
  }
}

/** Bytes a second from host memory into fresh buffers, written `piece` bytes at a time, in GB/s. Takes some 0.5 s. */
export async function measureUploadBandwidth(gpu: Gpu, piece: number, clock = wall): Promise<number> {
  const { queue } = gpu.device;
  const pieces = Math.max(1, Math.floor((64 * 1024 * 1024) / piece));
  const data = new Uint8Array(piece).fill(1);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 4; i++) {
    const arena = new Arena(gpu);
    const started = clock();
    const t = arena.tensor({ label: 'probe.upload', shape: [(pieces * piece) / 4], purpose: 'scratch' });
    for (let p = 0; p < pieces; p++) queue.writeBuffer(t.buffer, p * piece, data);
    queue.submit([]);
    await queue.onSubmittedWorkDone();
    if (i > 0) best = Math.min(best, clock() - started);
    arena.destroy();
  }
  return (pieces * piece) / best / 1e9;
}

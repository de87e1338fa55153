/** `bench`: how fast the engine is on this adapter, as one table and as JSON. A measurement, not a test. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findTask } from '../data/tasks';
import { Recorder } from '../gpu/recorder';
import { Arena } from '../gpu/tensor';
import { attentionBackward, attentionBlocks, attentionForward } from '../kernels/attention';
import { attentionBlock } from '../kernels/launch';
import { type MatmulCall, matmul } from '../kernels/matmul';
import { bestSeconds, measureCopyBandwidth, measureFmaPeak } from '../kernels/probe';
import { parseTrainConfig } from '../lab/config';
import type { RunEvent } from '../lab/events';
import { Session } from '../lab/session';
import { type ModelConfig, NANO_CONFIG } from '../model/config';
import { generate } from '../model/generate';
import { ParameterLayout } from '../model/parameters';
import { Policy } from '../model/policy';
import { defineCommand, EXIT } from './command';
import { loadModel, openDevice, repositoryRoot } from './places';

/** The shapes of the comparison with other engines (docs/benchmarks.md): same decoder, same tokens. */
const shape = (C: number, L: number, H: number, F: number, V: number): ModelConfig => ({
  ...NANO_CONFIG,
  vocabSize: V,
  hiddenSize: C,
  layers: L,
  heads: H,
  kvHeads: H,
  headDim: C / H,
  intermediateSize: F,
  tiedEmbeddings: false,
  maxPositions: 256,
  bosId: null,
  eosId: null,
  padId: null,
  sliding: new Array<boolean>(L).fill(false),
});
const MODELS = {
  nano: { config: shape(96, 3, 3, 256, 126), sequences: 32, length: 64, gflop: 4.68 },
  small: { config: shape(256, 4, 4, 768, 4096), sequences: 8, length: 128, gflop: 29.0 },
};

interface Row {
  group: string;
  name: string;
  ms?: number;
  gflops?: number;
  share?: number; // of the FMA probe
  note?: string;
}

export const bench = defineCommand({
  name: 'bench',
  summary: 'measure kernels, training steps and decoding on this adapter',
  flags: {
    out: { kind: 'text', doc: 'where the JSON goes', default: 'runs/bench.json', placeholder: 'FILE' },
    kernels: { kind: 'boolean', doc: 'also: time by kernel over a training step, by timestamp queries' },
    quick: { kind: 'boolean', doc: 'leave out the small model and the largest products' },
  },
  async run(flags) {
    const { gpu, report } = await openDevice();
    const r = new Recorder(gpu);
    const out: Row[] = [];
    const add = (row: Row) => {
      out.push(row);
      process.stdout.write(`${line(row)}\n`);
    };
    process.stdout.write(`${gpu.adapter.name}\n${line(null)}\n`);
    const peak = await measureFmaPeak(gpu);
    add({ group: 'probe', name: 'f32 multiply-add', gflops: peak, share: 1 });
    add({ group: 'probe', name: 'copy', note: `${(await measureCopyBandwidth(gpu)).toFixed(1)} GB/s` });
    for (const [layout, M, N, K] of products(flags.quick)) add(await productRow(r, layout, M, N, K, peak));
    for (const backward of [false, true]) add(await attentionRow(r, backward, peak));
    for (const [name, model] of Object.entries(MODELS)) {
      if (flags.quick && name === 'small') continue;
      for (const row of await modelRows(name, model, peak)) add(row);
    }
    for (const row of await rlRows()) add(row);
    const file = flags.out ?? 'runs/bench.json';
    await mkdir(dirname(file), { recursive: true });
    await writeFile(
      file,
      `${JSON.stringify({ date: new Date().toISOString(), device: report, rows: out }, null, 1)}\n`,
    );
    process.stdout.write(`\nWritten to ${file} (${join(repositoryRoot(), 'docs/benchmarks.md')} explains the rows).\n`);
    return EXIT.done;

    /** A whole training step and decoding, on a device of its own so that memory is told apart. */
    async function modelRows(name: string, m: (typeof MODELS)['nano'], fmaPeak: number): Promise<Row[]> {
      const layout = new ParameterLayout(m.config);
      let seed = 1;
      const uniform = () => {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        return (seed / 2 ** 32 - 0.5) * 3.4;
      };
      const tokens = m.sequences * m.length;
      const capacity = {
        tokens,
        targets: tokens,
        positions: 256,
        rows: 32,
        maxNewTokens: 64,
        training: true,
        recompute: false,
      };
      const before = gpu.liveBytes;
      const policy = await Policy.create(gpu, m.config, capacity, layout.initialise(uniform));
      const bytes = gpu.liveBytes - before;
      const sequences = Array.from({ length: m.sequences }, (_, s) => ({
        ids: Array.from({ length: m.length }, (_, t) => (s * 31 + t * 7) % m.config.vocabSize),
        from: 1,
      }));
      const batch = policy.plan(sequences);
      const weights = new Float32Array(batch.starts[1]).fill(-1 / batch.starts[1]);
      const { recorder } = policy.decoder;
      const step = async () => {
        policy.zeroGradients();
        policy.accumulate(batch, weights);
        await policy.update({ lr: 1e-4, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, clipNorm: 1 });
      };
      const cold = performance.now();
      await step();
      const first = performance.now() - cold;
      recorder.resetCounters();
      let ms = Number.POSITIVE_INFINITY;
      const repeats = name === 'nano' ? 4 : 2;
      for (let i = 0; i < repeats; i++) {
        const started = performance.now();
        await step();
        ms = Math.min(ms, performance.now() - started);
      }
      const gflops = m.gflop / (ms / 1000);
      const rows: Row[] = [
        {
          group: name,
          name: `training step, ${tokens} tokens`,
          ms,
          gflops,
          share: gflops / fmaPeak,
          note: `${Math.round(tokens / (ms / 1000))} tokens/s, ${Math.round(recorder.dispatches / repeats)} dispatches, ${recorder.submits / repeats} submits, ${(bytes / 1e6).toFixed(0)} MB, first step ${(first / 1000).toFixed(1)} s`,
        },
      ];
      for (const count of [8, 32]) {
        const options = {
          temperature: 1,
          topK: 0,
          topP: 1,
          maxNewTokens: 64,
          eosId: m.config.vocabSize,
          seed: 0,
          stream: 0,
        };
        await generate(policy.decoder, [{ ids: [1, 2, 3, 4], count }], options);
        recorder.resetCounters();
        const started = performance.now();
        await generate(policy.decoder, [{ ids: [1, 2, 3, 4], count }], options);
        const seconds = (performance.now() - started) / 1000;
        rows.push({
          group: name,
          name: `decoding, batch ${count}`,
          ms: (seconds * 1000) / 64,
          note: `${Math.round((count * 64) / seconds)} tokens/s, ${(recorder.dispatches / 64).toFixed(0)} dispatches a token`,
        });
      }
      if (flags.kernels) rows.push(...(await kernelRows(recorder, step)));
      policy.destroy();
      return rows;
    }

    /** Time on the device by kernel over one step, the longest first. Timestamps cost a pass each, so the sum is above the step's own time. */
    async function kernelRows(recorder: Recorder, step: () => Promise<void>): Promise<Row[]> {
      recorder.startProfile();
      await step();
      const times = [...(await recorder.endProfile())].sort((x, y) => y[1].ms - x[1].ms);
      if (times.length === 0) return [{ group: 'kernels', name: 'this adapter has no timestamp queries' }];
      return times.map(([name, { ms, dispatches }]) => ({
        group: 'kernel',
        name,
        ms,
        note: `${dispatches} dispatches`,
      }));
    }

    /** One RL step of the built-in preset, its phases apart. */
    async function rlRows(): Promise<Row[]> {
      const model = await loadModel('nano');
      const config = parseTrainConfig({ arm: 'antisd', problems: 8, group: 4, evalEvery: 0, gateWarmup: 0 });
      const events: RunEvent[] = [];
      const session = await Session.open({
        gpu,
        model,
        task: findTask('two-cards'),
        config,
        device: report,
        files: null,
        emit: (e) => events.push(e),
        alternatives: false,
      });
      for (let i = 0; i < 3; i++) await session.next();
      session.destroy();
      const steps = events.filter((e) => e.type === 'step').slice(1);
      const best = steps.reduce((a, b) => (a.seconds < b.seconds ? a : b));
      const phases = Object.entries(best.phaseMs).map(([phase, ms]) => `${phase} ${Math.round(ms)}`);
      return [
        {
          group: 'RL step',
          name: 'nano, 32 rollouts',
          ms: best.seconds * 1000,
          note: `${best.tokens} tokens sampled; ms: ${phases.join(', ')}`,
        },
      ];
    }
  },
});

function products(quick: boolean): [MatmulCall['layout'], number, number, number][] {
  const squares = (quick ? [128, 256] : [128, 256, 512, 1024]).map(
    (n) => ['NT', n, n, n] as [MatmulCall['layout'], number, number, number],
  );
  return [
    ...squares,
    ['NT', 2048, 288, 96],
    ['NT', 2048, 512, 96],
    ['NT', 2048, 96, 256],
    ['NN', 2048, 96, 512],
    ['TN', 512, 96, 2048],
  ];
}

async function productRow(
  r: Recorder,
  layout: MatmulCall['layout'],
  M: number,
  N: number,
  K: number,
  peak: number,
): Promise<Row> {
  const arena = new Arena(r.gpu);
  const [a, b, c] = [M * K, N * K, M * N].map((n) => arena.tensor({ label: 'bench', shape: [n], purpose: 'scratch' }));
  const ms = 1000 * (await bestSeconds(r, () => matmul(r, { layout, a, b, c, M, N, K }), M * N * K > 1e8 ? 2 : 5));
  arena.destroy();
  const gflops = (2 * M * N * K) / ms / 1e6;
  return { group: 'matmul', name: `${layout} ${M} × ${N} over ${K}`, ms, gflops, share: gflops / peak };
}

async function attentionRow(r: Recorder, backward: boolean, peak: number): Promise<Row> {
  const [S, T, H, D] = [32, 64, 3, 32];
  const N = S * T;
  const arena = new Arena(r.gpu);
  const t = (n: number) => arena.tensor({ label: 'bench', shape: [n], purpose: 'scratch' });
  const table = attentionBlocks(
    Array.from({ length: S + 1 }, (_, s) => s * T),
    attentionBlock(r.gpu),
  );
  const blocks = t(table.length);
  r.write(blocks, table);
  const b = {
    q: t(N * H * D),
    k: t(N * H * D),
    qkv: t(N * 3 * H * D),
    blocks,
    out: t(N * H * D),
    lse: t(N * H),
    dOut: t(N * H * D),
    delta: t(N * H),
    dQkv: t(N * 3 * H * D),
  };
  const p = { N, H, K: H, D, blocks: table.length / 4 };
  const ms =
    1000 * (await bestSeconds(r, () => (backward ? attentionBackward(r, b, p) : attentionForward(r, b, p)), 4));
  arena.destroy();
  // Causal: half of the (T,T) pairs; two products of D forward, five backward.
  const gflops = ((backward ? 5 : 2) * 2 * S * H * D * (T * (T + 1)) * 0.5) / ms / 1e6;
  return {
    group: 'attention',
    name: `${backward ? 'backward' : 'forward'}, ${S} × ${T}, ${H} heads of ${D}`,
    ms,
    gflops,
    share: gflops / peak,
  };
}

/** One line of the table; the head where there is no row. */
function line(row: Row | null): string {
  const cells = row
    ? [
        row.group,
        row.name,
        row.ms?.toFixed(row.ms < 10 ? 2 : 0) ?? '',
        row.gflops?.toFixed(1) ?? '',
        row.share === undefined ? '' : `${(100 * row.share).toFixed(0)} %`,
        row.note ?? '',
      ]
    : ['', '', 'ms', 'GFLOP/s', 'of peak', ''];
  return `${cells[0].padEnd(10)}${cells[1].padEnd(38)}${cells[2].padStart(8)}${cells[3].padStart(10)}${cells[4].padStart(9)}  ${cells[5]}`.trimEnd();
}

/** Threads of Node that pack: the bits of quantise.ts, memory that goes to and fro, and an end. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { rawTexts } from '../../scripts/bundle.mjs';
import type { WeightPiece } from '../../src/kernels/weight-format/weight-format';
import { toFloat32 } from '../../src/model/weights/float-formats';
import { nodePackHost } from '../../src/model/weights/pack-host.node';
import type { Step } from '../../src/model/weights/pack-rows';
import { PackThreads, packOnThreads, type Tray } from '../../src/model/weights/pack-threads';
import { type StoredWords, store } from '../../src/model/weights/quantise';

const COLUMNS = 96;
const ROWS = 1000; // more values than a thread packs at once, and no multiple of those
const SIZES = { bytes: ROWS * COLUMNS * 4, values: ROWS * COLUMNS };

let folder: string;
let code: URL;

async function bundle(name: string, contents: string): Promise<string> {
  const outfile = join(folder, name);
  const stdin = { contents, resolveDir: process.cwd(), loader: 'ts' as const };
  await build({ stdin, outfile, bundle: true, platform: 'node', format: 'esm', plugins: [rawTexts] });
  return outfile;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-pack-'));
  code = pathToFileURL(await bundle('worker.mjs', "import './src/model/weights/pack-worker.node';"));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => packOnThreads(null));

const step = (dtype: 'F32' | 'BF16', format: 'q8' | 'q4'): Step => ({
  tensor: {
    name: 'w',
    shape: [ROWS, COLUMNS],
    dtype,
    bytes: ROWS * COLUMNS * (dtype === 'F32' ? 4 : 2),
    rows: () => Promise.reject(new Error('not asked for')),
    raw: () => Promise.reject(new Error('not asked for')),
  },
  first: 0,
  end: ROWS,
  columns: COLUMNS,
  piece: { format } as WeightPiece,
  at: 0,
});

/** A tray, once a thread is ready. */
async function trayFor(threads: PackThreads, s: Step): Promise<Tray> {
  for (;;) {
    const tray = threads.trayFor(s);
    if (tray) return tray;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const bytes = ({ data, scales }: StoredWords) =>
  Buffer.concat([data, scales ?? data].map((w) => Buffer.from(w.slice().buffer)));

it.each([
  ['BF16', 'q8'],
  ['BF16', 'q4'],
  ['F32', 'q8'],
  ['F32', 'q4'],
] as const)('%s to %s, again and again in the same memory', async (dtype, format) => {
  packOnThreads({ ...nodePackHost(code), processors: 2, values: 1 });
  const s = step(dtype, format);
  const threads = PackThreads.open([s], SIZES) as PackThreads;
  for (const phase of [1, 2, 3]) {
    const values = Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => Math.sin(i * phase) * 2 ** -(i % 9));
    const { buffer } = store(values, dtype === 'F32' ? 'f32' : 'bf16').data;
    const raw = new Uint8Array(buffer.slice(0));
    const tray = await trayFor(threads, s);
    const packed = await tray.pack(raw);
    expect(packed && bytes(packed).equals(bytes(store(toFloat32(raw, dtype), format)))).toBe(true);
    tray.free();
  }
  threads.end();
  expect(threads.trayFor(s)).toBeNull();
});

it('leaves values that are not finite, and what it is asked once it has ended', async () => {
  packOnThreads({ ...nodePackHost(code), processors: 2, values: 1 });
  const s = step('F32', 'q4');
  const threads = PackThreads.open([s], SIZES) as PackThreads;
  const [bad, late] = [await trayFor(threads, s), await trayFor(threads, s)];
  const values = new Float32Array(ROWS * COLUMNS).fill(0.5);
  values[ROWS * COLUMNS - 1] = Number.NaN;
  expect(await bad.pack(new Uint8Array(values.buffer))).toBeNull();
  expect(threads.trayFor(s)).toBeNull(); // both are taken
  threads.end();
  expect(await late.pack(new Uint8Array(values.buffer))).toBeNull();
});

it.each([
  ['one processor', { processors: 1, values: 1 }],
  ['few values', { processors: 4 }],
])('starts none for %s', (_, given) => {
  packOnThreads({ start: () => expect.unreachable('started'), ...given });
  expect(PackThreads.open([step('BF16', 'q4')], SIZES)).toBeNull();
});

it('a thread that idles keeps no process alive, and one that is asked does', async () => {
  const program = await bundle(
    'program.mjs',
    `import { nodePackHost } from './src/model/weights/pack-host.node';
     import { PackThreads, packOnThreads } from './src/model/weights/pack-threads';
     packOnThreads({ ...nodePackHost(new URL('worker.mjs', import.meta.url)), processors: 2, values: 1 });
     const tensor = { name: 'w', shape: [1, 32], dtype: 'F32', bytes: 128, raw: () => {} };
     const step = { tensor, first: 0, end: 1, columns: 32, piece: { format: 'q8' }, at: 0 };
     const threads = PackThreads.open([step], { bytes: 128, values: 32 });
     let tray;
     while (!(tray = threads.trayFor(step))) await new Promise((resolve) => setTimeout(resolve, 5));
     const { data } = await tray.pack(new Uint8Array(new Float32Array(32).fill(1).buffer));
     console.log(data[0]);`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 20_000 });
  expect(stdout).toBe(`${0x7f7f7f7f}\n`);
});

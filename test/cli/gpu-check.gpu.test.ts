/** The report of an adapter, the folder that carries it to another machine, and the weights that large shapes are made of. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { qwen3Shape } from '../../src/cli/bench/models';
import { drawOnDevice } from '../../src/cli/bench/random-weights';
import type { Report } from '../../src/cli/gpu-check/report';
import { WEIGHT_FORMATS } from '../../src/kernels/weight-format/weight-format';
import { Policy } from '../../src/model/net/policy';
import { lab } from '../setup/cli';
import { testDevice } from '../setup/gpu';

const run = promisify(execFile);
const device = testDevice();
let folder: string;
const at = (...parts: string[]) => join(folder, ...parts);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-check-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('gpu-check keeps to its time and says what it left out', async () => {
  const { code, stdout, stderr } = await lab(['gpu-check', '--out', at('report'), '--minutes', '0.1']);
  expect(code, stderr).toBe(0);
  const report = JSON.parse(await readFile(at('report', 'report.json'), 'utf8')) as Report;
  expect(report.device.selfTest).toMatchObject({ failed: [] });
  expect(report.device.selfTest?.passed).toBeGreaterThan(60);
  const [fma, copy] = report.rows;
  expect(fma.gflops).toBeGreaterThan(0);
  expect(copy.bandwidth).toBeGreaterThan(0);
  const reached = report.memory.map(({ after }) => after);
  expect(reached.filter((name) => report.skipped.includes(name))).toEqual([]);
  expect([...reached, ...report.skipped]).toHaveLength(14); // every section is one or the other
  expect(report.skipped).toContain('PyTorch'); // the last one
  const page = await readFile(at('report', 'report.txt'), 'utf8');
  expect(page).toContain(report.device.name);
  expect(page).toContain(`No time was left for: ${report.skipped.join(', ')}`);
  expect(stdout).toContain(at('report'));
});

describe('weights drawn on the device', () => {
  const config = { ...qwen3Shape(64, 1, 2, 96), vocabSize: 128, kvHeads: 1, headDim: 32 };
  const sizes = { tokens: 8, targets: 8, positions: 8, rows: 1, maxNewTokens: 1, training: false, recompute: false };

  it.each(WEIGHT_FORMATS)('%s: small, all different, the same every time', async (format) => {
    const { gpu } = device;
    const before = gpu.liveBuffers;
    const drawn = async () => {
      const policy = await Policy.create(gpu, config, { ...sizes, format }, drawOnDevice);
      const tensors = await policy.tensors();
      policy.destroy();
      return tensors;
    };
    const [first, again] = [await drawn(), await drawn()];
    for (const [name, { data }] of first) {
      expect(again.get(name)?.data, name).toEqual(data);
      expect(Math.max(...data.map(Math.abs)), name).toBeLessThanOrEqual(2 ** -5 * (128 / 127) + 1e-9);
      const few = format === 'q4' && data.length > 64 ? 16 : Math.min(100, data.length / 2);
      expect(new Set(data).size, name).toBeGreaterThanOrEqual(few);
      const mean = data.reduce((a, b) => a + b, 0) / data.length;
      expect(Math.abs(mean), name).toBeLessThan(2 ** -5 / Math.sqrt(data.length) + 2 ** -8);
    }
    expect(gpu.liveBuffers).toBe(before);
  });
});

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('the portable folder', () => {
  /** Without npm, node or anything of this repository. */
  const bare = { PATH: '/usr/bin:/bin', TMPDIR: tmpdir(), HOME: '/nowhere' };

  it('runs where there is nothing but a shell, on the adapter that it brings', async () => {
    await run(process.execPath, ['scripts/portable.mjs', at('kit')]);
    const bytes = await Promise.all((await readdir(at('kit'))).map(async (file) => (await stat(at('kit', file))).size));
    expect(bytes.reduce((a, b) => a + b, 0)).toBeLessThan(60e6);
    const help = await run(at('kit', 'lab'), ['--help'], { env: bare, cwd: folder });
    expect(help.stdout).toContain(`${at('kit', 'lab')} COMMAND`);
    const doctor = await run(at('kit', 'lab'), ['doctor', '--json'], {
      env: { ...bare, ADAPTER: 'swiftshader' },
      cwd: folder,
    });
    const { name, selfTest } = JSON.parse(doctor.stdout) as Report['device'];
    expect(name).toMatch(/SwiftShader/);
    expect(selfTest).toMatchObject({ failed: [] });
    const refused = await run(at('kit', 'gpu-check'), ['--minutes', '0'], { env: bare, cwd: folder }).catch((e) => e);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/minutes/);
  });
});

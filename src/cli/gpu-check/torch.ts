/** PyTorch on the same card, same shapes, by a Python program that is given the shapes and prints times. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import * as v from 'valibot';
import { jsonObject } from '../../data/json';
import type { Bench } from '../bench/group';
import { LORA_STEP, QWEN3_SIZES } from '../bench/qwen3';
import type { Row } from '../bench/row';
import { repositoryRoot } from '../places';

const ANSWER = v.object({
  device: v.string(),
  torch: v.string(),
  rows: v.array(v.object({ name: v.string(), ms: v.number(), note: v.optional(v.string(), '') })),
});

/** Rows of PyTorch's times, each with ours over it where this report has the same shape. */
export async function besideTorch(b: Bench, python: string, ours: readonly Row[]): Promise<void> {
  const shapes = { sizes: QWEN3_SIZES, ...LORA_STEP, contexts: [512, 1024, 2048, 4096, 8192], seconds: b.left() };
  const { code, out, problem } = await program(python, [JSON.stringify(shapes)], b.left());
  const answer = v.safeParse(ANSWER, jsonObject(out));
  if (code !== 0 || !answer.success) {
    const cause =
      problem.trim().split('\n').at(-1) || (code === 0 ? 'it answered something else' : `exit code ${code}`);
    b.add({ group: 'PyTorch', name: 'not measured', note: cause.slice(0, 200) });
    return;
  }
  const { device, torch, rows } = answer.output;
  b.add({ group: 'PyTorch', name: torch, note: device });
  for (const { name, ms, note } of rows) {
    const mine = ours.find((row) => row.name === name.replace(/, (eager|sdpa)$/, ''));
    const ratio = mine?.ms === undefined ? '' : `this lab takes ${(mine.ms / ms).toFixed(2)} of its time`;
    b.add({ group: 'PyTorch', name, ms, note: [ratio, note].filter(Boolean).join('; ') });
  }
}

/** What a program printed, or why there is nothing; killed when its seconds are over. */
function program(
  python: string,
  args: string[],
  seconds: number,
): Promise<{ code: number | null; out: string; problem: string }> {
  return new Promise((resolve) => {
    const child = spawn(python, [join(repositoryRoot(), 'scripts/torch-shapes.py'), ...args], {
      timeout: 1000 * (Math.max(1, seconds) + 20), // it watches its own time; this is for one that hangs
    });
    let [out, problem] = ['', ''];
    child.stdout.on('data', (data) => {
      out += data;
    });
    child.stderr.on('data', (data) => {
      problem += data;
    });
    child.on('error', (error) => resolve({ code: -1, out, problem: error.message }));
    child.on('close', (code) => resolve({ code, out, problem }));
  });
}

/** The symbolic judge: its equality, and its worker, which is killed when an answer keeps it busy. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answer } from '../../src/data/symbolic/answer';
import { workerJudge } from '../../src/data/symbolic/judge';
import { nodeSymbolicJudge } from '../../src/data/symbolic/judge.node';
import type { SymbolicReply } from '../../src/data/symbolic/protocol';

const root = process.cwd();
/** What the library is done with at once; the tests' worker never is. */
const ENDLESS = '(1000!)!x';

let folder: string;
/** Notes its starts in a file beside it. */
let worker: URL;

/** As bin/lab.mjs bundles: packages stay outside, so the bundle must lie within reach of node_modules. */
async function bundle(contents: string, name: string): Promise<string> {
  const outfile = join(folder, name);
  const stdin = { contents, resolveDir: root, loader: 'ts' as const };
  await build({ stdin, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
  return outfile;
}

beforeAll(async () => {
  folder = await mkdtemp(join(root, 'node_modules/.cache/symbolic-'));
  const hanging = `
    import { appendFileSync } from 'node:fs';
    import { parentPort } from 'node:worker_threads';
    appendFileSync(new URL('starts', import.meta.url), '.');
    parentPort.on('message', ({ given }) => {
      while (given === ${JSON.stringify(ENDLESS)});
    });
    await import('./src/data/symbolic/worker.node');`;
  worker = pathToFileURL(await bundle(hanging, 'worker.mjs'));
});
afterAll(() => rm(folder, { recursive: true }));

const silent = { warn: () => {} };

test('a worker judges expressions; one that hangs is replaced, and who waited behind it is judged', async () => {
  const judge = nodeSymbolicJudge(worker, { ...silent, limit: 2_000 }); // ms: long against an answer on a busy machine
  expect(await judge('\\sqrt{8}', '2\\sqrt{2}')).toBe(true);
  const verdicts = await Promise.all([
    judge(ENDLESS, 'x'),
    judge('x(x+1)', 'x^2+x'),
    judge('x(x+1)', 'x^2+1'),
    judge(ENDLESS, 'x'),
  ]);
  expect(verdicts).toEqual([false, true, false, false]);
  // The same question again was answered from memory: one worker was lost, not two.
  expect(await judge('x(x+2)', 'x^2+2x')).toBe(true);
  expect(await readFile(new URL('starts', worker), 'utf8')).toBe('..');
});

test('nothing starts before an answer needs it', async () => {
  let starts = 0;
  const judge = workerJudge(({ reply }) => {
    starts++;
    queueMicrotask(() => reply({ type: 'ready' }));
    return {
      post: (question) => queueMicrotask(() => reply(answer(question))),
      hold: () => {},
      terminate: () => {},
    };
  }, silent);
  expect(await judge('5', '6')).toBe(false);
  expect(await judge('Tuesday', 'Friday')).toBe(false);
  expect(starts).toBe(0);
  expect(await judge('\\frac{1}{1-x}', '-\\frac{1}{x-1}')).toBe(true);
  expect(starts).toBe(1);
});

test('a worker that cannot start: said once, answers are not right, nobody waits for ever', async () => {
  const warnings: string[] = [];
  const judge = nodeSymbolicJudge(new URL('missing.mjs', worker), { warn: (message) => warnings.push(message) });
  expect(await Promise.all([judge('\\sqrt{8}', '2\\sqrt{2}'), judge('ab', 'ba')])).toEqual([false, false]);
  expect(await judge('x+1', '1+x')).toBe(false);
  expect(await judge('x+2', '2+x')).toBe(false);
  expect(warnings).toEqual([expect.stringContaining('without symbolic mathematics')]);
});

test('a late word of a worker that was replaced is not heard', async () => {
  const replies: ((reply: SymbolicReply) => void)[] = [];
  const judge = workerJudge(
    ({ reply }) => {
      replies.push(reply);
      const old = replies.length === 1;
      queueMicrotask(() => reply({ type: 'ready' }));
      return {
        post({ id }) {
          if (old) return;
          replies[0]({ type: 'verdict', id, equal: true });
          reply({ type: 'verdict', id, equal: false });
        },
        hold: () => {},
        terminate: () => {},
      };
    },
    { ...silent, limit: 20 },
  );
  expect(await judge('ab', 'ba')).toBe(false);
  expect(await judge('x+1', '1+x')).toBe(false);
});

test('a batch of answers that hang holds nobody up for long, and what was not judged then is judged when asked again', async () => {
  let asked = 0;
  const judge = workerJudge(
    ({ reply }) => {
      queueMicrotask(() => reply({ type: 'ready' }));
      return {
        // Hangs at everything but the last question.
        post: (question) => ++asked > 5 && queueMicrotask(() => reply(answer(question))),
        hold: () => {},
        terminate: () => {},
      };
    },
    { ...silent, limit: 20 },
  );
  const batch = Array.from({ length: 40 }, (_, i) => judge(`x+${i}+1`, `1+${i}+x`));
  expect(new Set(await Promise.all(batch))).toEqual(new Set([false]));
  expect(asked).toBe(5);
  expect(await judge('x+0+1', '1+0+x')).toBe(false);
  expect(await judge('x+39+1', '1+39+x')).toBe(true);
  expect(asked).toBe(6);
});

test('an idle worker keeps no process alive', async () => {
  const code = `
    import { nodeSymbolicJudge } from './src/data/symbolic/judge.node';
    const judge = nodeSymbolicJudge(new URL(${JSON.stringify(worker.href)}), { warn: console.error });
    console.log(await judge('\\\\sqrt{8}', '2\\\\sqrt{2}'));`;
  const program = await bundle(code, 'program.mjs');
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 20_000 });
  expect(stdout).toBe('true\n');
});

test.each([
  ['digits that look like a constant', 'e', '2.718281828459045'],
  ['twenty digits of one', '\\pi', '3.14159265358979323846'],
  ['equal for positive numbers only', '|x|', 'x'],
  ['a constant apart', 'x+1', 'x+1.0000001'],
  ['another line', 'y=2x', 'y=3x'],
  ['turned round', '2x<y', '2x>y'],
  ['digits apart', '5 6', '56'],
])('not equal: %s', (_, given, wanted) => {
  expect(answer({ id: 1, given, wanted })).toEqual({ type: 'verdict', id: 1, equal: false });
});

/**
 * Python for judging, as the command line runs it: in a worker of Node. Every attempt to break out, to cheat or to do harm is
 * wrong, and an honest answer after it is right; the forms of tests; the lab's own problems. A sample of the attempts;
 * `npm run test:faults` makes them all.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawTexts } from '../../scripts/bundle.mjs';
import { inBlock, lastCodeBlock } from '../../src/data/code/code-block';
import { codeFactsOf } from '../../src/data/code/rows';
import { codeSamples } from '../../src/data/code/samples';
import type { CodeFacts, CodeTests } from '../../src/data/code/types';
import { codeVerdicts, unjudgedCode } from '../../src/data/code/verdicts';
import { codeProblems } from '../../src/data/code-problems';
import type { Problem } from '../../src/data/types';
import type { Python } from '../../src/host/python/judge';
import { nodePython } from '../../src/host/python/judge.node';
import { attempts, sampleOf, WHOLE } from '../faults/attempts';
import { ENDLESS, ESCAPES, type Escape } from './python-escapes';

/** Milliseconds: long against an answer on a busy machine, short against for ever. */
const LIMIT = 2500;
const SQUARES: CodeTests = {
  form: 'asserts',
  tests: ['assert square(4) == 16', 'assert square(5) == 25', 'assert abs(square(1.5) - 2.25) < 1e-9'],
};
const SUMS: CodeTests = {
  form: 'output',
  tests: [
    { input: '1 2\n', output: '3\n' },
    { input: '2 2', output: '4.0' },
    { input: '1 1', output: '3' },
  ],
};
/** A test that uses a function of the prompt's, as some of HumanEval do. */
const ROOT: CodeTests = {
  form: 'program',
  tests: 'def check(f):\n    assert abs(poly([1, 2], f([1, 2]))) < 1e-4',
  entry: 'root',
};
const BEFORE_ROOT = {
  setup: 'def poly(c, x):\n    return c[0] + c[1] * x\n\ndef root(c):\n    """Where it is zero."""\n',
};

const HONEST = 'def square(x):\n    return x * x';

let python: Python;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(process.cwd(), 'node_modules/.cache/python-'));
  const outfile = join(folder, 'worker.mjs');
  const entryPoints = ['src/host/python/python.node.ts'];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', plugins: [rawTexts] });
  python = nodePython(pathToFileURL(outfile), (name) => join('node_modules/pyodide', name), LIMIT);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const judged = (code: string, tests: CodeTests, before: Partial<CodeFacts> = {}) =>
  python.judge({ setup: '', imports: '', ...before, code, seconds: 1, tests });

async function isWrong({ code, stopped }: Escape): Promise<void> {
  const report = await judged(code, SQUARES);
  expect(report.passed, JSON.stringify(report)).toBe(0);
  if (stopped) expect(report.reason).toMatch(stopped);
  expect(await judged(HONEST, SQUARES)).toEqual({ passed: 3, total: 3, reason: null });
}

const GROUPS = { out: 'out of the interpreter', cheat: 'cheating tests', harm: 'time, memory and output' };

attempts(
  Object.entries(GROUPS).map(([key, what]) => ({
    id: `answers in Python/${key}`,
    group: 'answers in Python',
    what,
    expected: 'wrong, and the honest answer after it is right',
    gate: true,
    timeout: 300_000,
    async run(whole) {
      const rows = ESCAPES.filter(({ group }) => group === key);
      const chosen = sampleOf(rows.length, 6, whole).map((i) => rows[i]);
      for (const one of chosen)
        await isWrong(one).catch((error) => Promise.reject(new Error(one.name, { cause: error })));
      return chosen.length;
    },
  })),
);

attempts(
  ENDLESS.map((one, i) => ({
    id: `answers in Python/${one.name}`,
    group: 'answers in Python',
    what: one.name,
    expected: 'the worker is killed at its limit, and another judges on',
    gate: i === 0,
    timeout: 120_000,
    run: () => isWrong({ ...one, stopped: /too long/ }),
  })),
);

describe('forms of tests', () => {
  type Row = [name: string, tests: CodeTests, code: string, passed: number, total: number, before?: Partial<CodeFacts>];
  const rows: Row[] = [
    ['asserts, one wrong', SQUARES, 'def square(x):\n    return x * x if x < 5 else 0', 2, 3],
    [
      'modules of the answer’s by the names of those that a test uses',
      { form: 'asserts', tests: ['assert math.isclose(f(1), 2.5)', 'assert np.allclose(f(1), 2.5)'] },
      'import math\nmath.isclose = lambda *a, **k: True\nclass np: allclose = math.isclose\ndef f(x): return 1',
      0,
      2,
    ],
    [
      'a function that stands before the answer, changed by it',
      ROOT,
      'def poly(c, x): return 0\ndef root(c): return 7',
      0,
      1,
      BEFORE_ROOT,
    ],
    ['a function that stands before the answer', ROOT, 'def root(c): return -c[0] / c[1]', 1, 1, BEFORE_ROOT],
    [
      'an argument that the answer changes',
      { form: 'asserts', tests: ['l = [3, 1]\nf(l)\nassert l == [1, 3]'] },
      'def f(l): l.sort()',
      1,
      1,
    ],
    [
      'functions of the tests, as arguments',
      { form: 'asserts', tests: ['k = 3\nassert f(lambda x: x + k, 1) == 4', 'assert f(len, [1]) == 1'] },
      'def f(g, x): return g(x)',
      2,
      2,
    ],
    [
      'objects of the answer',
      {
        form: 'asserts',
        tests: ['s = Stack()\ns.push(2)\nassert s.pop() == 2 and len(s) == 0', 'assert list(count(3)) == [0, 1, 2]'],
      },
      'class Stack(list):\n    push = list.append\ndef count(n): yield from range(n)',
      1,
      2,
    ],
    [
      'an exception that is wanted',
      { form: 'asserts', tests: ['try:\n    f(0)\n    assert False\nexcept ZeroDivisionError:\n    assert True'] },
      'def f(x): return 1 / x',
      1,
      1,
    ],
    [
      'values of many kinds',
      {
        form: 'asserts',
        tests: [
          'assert f() == [(1, 2.5), {3}, {4: None}, b"5", 6j, 10**40, "ü", frozenset({7}), True]',
          'import math\nassert math.isnan(g())',
        ],
      },
      'def f(): return [(1, 2.5), {3}, {4: None}, b"5", 6j, 10**40, "ü", frozenset({7}), True]\ndef g(): return float("nan")',
      2,
      2,
    ],
    ['a test that tests nothing', { form: 'asserts', tests: ['f()'] }, 'def f(): pass', 0, 1],
    [
      'a program, as MBPP+ has it',
      {
        form: 'program',
        entry: null,
        tests:
          'import numpy as np\n\ndef is_floats(x):\n    return isinstance(x, float)\n\ndef assertion(out, exp, atol):\n    if atol == 0 and is_floats(exp):\n        atol = 1e-6\n    if out != exp and atol != 0:\n        np.testing.assert_allclose(out, exp, rtol=1e-07, atol=atol)\n    else:\n        assert out == exp, f"out: {out}, exp: {exp}"\n\ninputs = [[1, 2], [0.1, 0.2], [5, 5]]\nresults = [3, 0.3, 11]\nfor i, (inp, exp) in enumerate(zip(inputs, results)):\n    assertion(add(*inp), exp, 0)\n',
      },
      'def add(a, b): return a + b',
      2,
      3,
    ],
    [
      'a program with check, as HumanEval has it',
      {
        form: 'program',
        entry: 'half',
        tests:
          'METADATA = {}\n\ndef check(candidate):\n    assert candidate(4) == 2\n    assert candidate(5) == 2\n    for n in range(3):\n        assert candidate(n) == n // 2\n',
      },
      'def half(n): return helper(n)',
      5,
      5,
      { setup: 'def helper(n): return n // 2\ndef half(n):\n    """Half of it."""\n' },
    ],
    [
      'a method of Solution',
      {
        form: 'calls',
        entry: 'add',
        tests: [
          { input: '1\n2', output: '3' },
          { input: '[1]\n[2]', output: '[1, 3]' },
        ],
      },
      'class Solution:\n    def add(self, a: int, b: int) -> int:\n        return a + b',
      1,
      2,
    ],
    [
      'a program that reads and writes',
      SUMS,
      'import sys\na, b = map(int, sys.stdin.readline().split())\nprint(a + b)\nsys.exit(0)',
      2,
      3,
    ],
    ...[
      'print(sum(map(int, open(0).read().split())), end="")\nexit()',
      'import io, os\nprint(sum(map(int, io.BytesIO(os.read(0, os.fstat(0).st_size)).read().split())))\nquit()',
    ].map((code): Row => ['a program that reads descriptor 0', SUMS, code, 2, 3]),
    ['no function of that name', SQUARES, 'def sqare(x): return x * x', 0, 3],
  ];
  test.each(rows)('%s', { timeout: 120_000 }, async (_, tests, code, passed, total, before) => {
    expect(await judged(code, tests, before)).toMatchObject({ passed, total });
  });

  test('the same answer takes the same time of its own clock, and finds the same random numbers', async () => {
    const tests: CodeTests = { form: 'asserts', tests: ['assert f() == g'] };
    const code =
      'import random, time\ng = None\ndef f():\n    return [random.random(), time.time(), hash("a"), id(object())]';
    const [one, other] = [await judged(code, tests), await judged(code, tests)];
    expect(one).toEqual(other);
  });
});

describe('the lab’s own problems', async () => {
  const problems = await codeProblems();
  const settle = (reward: 'all' | 'share') => codeVerdicts((q) => python.judge(q), { reward, seconds: 2 });

  test('each has a solution that passes, and a slip that fails; a sample of them', { timeout: 300_000 }, async () => {
    const verdict = settle('all');
    expect(problems).toHaveLength(40);
    for (const problem of sampleOf(problems.length, 10, WHOLE).map((i) => problems[i]))
      for (const { text, right, label } of codeSamples(problem).filter(
        (sample) => WHOLE || sample.label.match(/once|slip/),
      ))
        expect(await verdict(problem, unjudgedCode(text)), `${problem.id}, ${label}`).toMatchObject({
          reward: right ? 1 : 0,
        });
  });

  test('so they do in CPython', () => {
    const rows = problems.map((problem) => [problem.answer, problem.facts.wrong, codeFactsOf(problem)?.tests.tests]);
    const program = `import json, sys
def passes(code, tests):
    try:
        for test in tests:
            space = {}
            exec(code, space)
            exec(test, space)
    except Exception:
        return False
    return True
print(json.dumps([[passes(right, tests), passes(wrong, tests)] for right, wrong, tests in json.load(sys.stdin)]))`;
    const said = execFileSync('python3', ['-c', program], { input: JSON.stringify(rows), encoding: 'utf8' });
    expect(JSON.parse(said)).toEqual(problems.map(() => [true, false]));
  });

  test('all tests or nothing, or their share; what the teacher is told', async () => {
    const problem = problems.find(({ id }) => id === 'code/total') as Problem;
    const partly = unjudgedCode(inBlock('def total(numbers):\n    return abs(sum(numbers)) if numbers else None'));
    const told = { feedback: 'Your code passes 3 of 4 test cases.', reason: '3 of 4 tests; AssertionError' };
    expect(await settle('all')(problem, partly)).toMatchObject({ ...told, reward: 0 });
    expect(await settle('share')(problem, partly)).toMatchObject({ ...told, reward: 0.75 });
    const right = await settle('share')(problem, unjudgedCode(problem.solution as string));
    expect(right).toMatchObject({ reward: 1, reason: 'right', feedback: 'Your code passes 4 of 4 test cases.' });
    expect(lastCodeBlock('no code')).toBeNull();
    expect(await settle('all')(problem, unjudgedCode('no code'))).toMatchObject({ reward: 0, reason: 'no code' });
  });
});

/** Rows of code datasets in each one's own form, and the code of a response. */
import { deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { inBlock, lastCodeBlock } from '../../src/data/code/code-block';
import { pickledData } from '../../src/data/code/pickle';
import { codeFactsOf, codeProblemOf, codeReadingOf } from '../../src/data/code/rows';
import { BadInput } from '../../src/data/errors';
import { fieldMapOf, renamed } from '../../src/data/field-map';

const row = (fields: Record<string, unknown>) => ({ fields, where: 'file, line 1' });
const problemOf = (fields: Record<string, unknown>) => codeProblemOf(row(fields), 'file/0');

/** A text as Python's pickle writes it, protocol 4. */
function pickled(text: string): Buffer {
  const bytes = Buffer.from(text);
  const frame = Buffer.alloc(11, 0);
  frame.set([0x80, 4, 0x95]);
  const head = Buffer.alloc(5);
  head[0] = 0x58;
  head.writeUInt32LE(bytes.length, 1);
  return Buffer.concat([frame, head, bytes, Buffer.from([0x94, 0x2e])]);
}

describe('rows', () => {
  test('HumanEval+: the prompt’s function is there before the answer, and check is given the answer’s', async () => {
    const prompt =
      'from typing import List\n\ndef twice(x: List[int]) -> List[int]:\n    """Each number, doubled."""\n';
    const test = 'def check(candidate):\n    assert candidate([1]) == [2]\n';
    const fields = {
      task_id: 'HumanEval/0',
      prompt,
      entry_point: 'twice',
      canonical_solution: '    return [2 * v for v in x]\n',
      test,
    };
    const problem = await problemOf(fields);
    expect(problem?.id).toBe('HumanEval/0');
    expect(problem?.question).toContain(inBlock(prompt));
    expect(problem?.solution).toBe(inBlock(`${prompt}    return [2 * v for v in x]`));
    expect(problem && codeFactsOf(problem)).toEqual({
      setup: prompt,
      imports: '',
      tests: { form: 'program', tests: test, entry: 'twice' },
    });
  });

  test('MBPP: asserts, one of them shown; MBPP+: the longer test program', async () => {
    const fields = { task_id: 2, prompt: 'Write a function that adds.', code: 'def add(a, b):\n    return a + b' };
    const lists = { test_list: ['assert add(1, 2) == 3', 'assert add(0, 0) == 0'], test_imports: ['import math'] };
    const mbpp = await problemOf({ ...fields, ...lists });
    expect(mbpp?.id).toBe('2');
    expect(mbpp?.question).toContain('add(1, 2)');
    expect(mbpp?.question).not.toContain('add(0, 0)');
    expect(mbpp && codeFactsOf(mbpp)).toEqual({
      setup: '',
      imports: 'import math',
      tests: { form: 'asserts', tests: lists.test_list },
    });
    const plus = await problemOf({ ...fields, ...lists, test: 'assert add(5, 5) == 10' });
    expect(plus && codeFactsOf(plus)?.tests).toEqual({ form: 'program', tests: 'assert add(5, 5) == 10', entry: null });
    // The first MBPP calls it text.
    expect((await problemOf({ text: fields.prompt, ...lists }))?.question).toContain('adds');
  });

  test('a list of asserts as the truth, itself or as JSON; numbers as the truth are no code', async () => {
    const asserts = ['assert f(1) == 1', 'assert f(2) == 4'];
    for (const ground_truth of [asserts, JSON.stringify(asserts)]) {
      const problem = await problemOf({
        id: 'd1',
        prompt: 'Write f.',
        ground_truth,
        solution: 'def f(x): return x * x',
      });
      expect(problem && codeFactsOf(problem)?.tests).toEqual({ form: 'asserts', tests: asserts });
      expect(problem?.answer).toBe('def f(x): return x * x');
    }
    const pairs = [{ input: '1\n', output: '2\n' }];
    const stdio = await problemOf({
      prompt: [{ role: 'user', content: 'Add one.' }],
      ground_truth: JSON.stringify(pairs),
    });
    expect(stdio?.question).toBe('Add one.');
    expect(stdio && codeFactsOf(stdio)?.tests).toEqual({ form: 'output', tests: pairs });
    expect(await problemOf({ prompt: 'What is 2 + 2?', ground_truth: '[4]' })).toBeNull();
    expect(await problemOf({ prompt: 'What is 2 + 2?', answer: '4' })).toBeNull();
  });

  test('LiveCodeBench: a method with its arguments, its packed tests among them; programs that read and write', async () => {
    const pub = [{ input: '1\n2', output: '3', testtype: 'functional' }];
    const more = [{ input: '5\n5', output: '10', testtype: 'functional' }];
    const fields = {
      question_title: 'Sum',
      question_content: 'Add two numbers.',
      question_id: '3000',
      starter_code: 'class Solution:\n    def add(self, a: int, b: int) -> int:\n        ',
      public_test_cases: JSON.stringify(pub),
      private_test_cases: deflateSync(pickled(JSON.stringify(more))).toString('base64'),
      metadata: '{"func_name": "add"}',
    };
    const problem = await problemOf(fields);
    expect(problem?.id).toBe('3000');
    const tests = [...pub, ...more].map(({ input, output }) => ({ input, output }));
    expect(problem && codeFactsOf(problem)?.tests).toEqual({ form: 'calls', tests, entry: 'add' });
    const stdin = [{ input: '1 2', output: '3', testtype: 'stdin' }];
    const other = {
      ...fields,
      starter_code: '',
      private_test_cases: JSON.stringify(stdin),
      public_test_cases: '[]',
      metadata: '{}',
    };
    const program = await problemOf(other);
    expect(program?.question).toMatch(/stdin/);
    expect(program && codeFactsOf(program)?.tests.form).toBe('output');
    await expect(problemOf({ ...fields, private_test_cases: 'AAAA' })).rejects.toThrow(BadInput);
  });

  const calls = (input: string, output: string) => ({ form: 'calls', tests: [{ input, output }], entry: 'add' });
  const output = (...tests: [string, string][]) => ({
    form: 'output',
    tests: tests.map(([input, output]) => ({ input, output })),
  });
  const OTHERS: [string, Record<string, unknown>, unknown][] = [
    [
      'verl: inputs and outputs as JSON under reward_model',
      {
        prompt: [{ role: 'user', content: 'Add.' }],
        reward_model: { ground_truth: '{"inputs": ["1 2\\n"], "outputs": ["3\\n"]}' },
      },
      output(['1 2\n', '3\n']),
    ],
    [
      'verl: a function by its name, reward_model as JSON',
      {
        prompt: 'Add.',
        reward_model: '{"ground_truth": "{\\"fn_name\\":\\"add\\",\\"inputs\\":[[1,2]],\\"outputs\\":[3]}"}',
      },
      calls('1\n2', '3'),
    ],
    [
      'APPS: programs',
      {
        question: 'Add.',
        solutions: '["print(3)"]',
        input_output: '{"inputs": ["1 2", "3 4"], "outputs": ["3", "7"]}',
      },
      output(['1 2', '3'], ['3 4', '7']),
    ],
    [
      'APPS: lines in lists',
      { question: 'Add.', input_output: '{"inputs": [["1", "2"]], "outputs": [["3"]]}' },
      output(['1\n2', '3']),
    ],
    [
      'APPS: a function, its values in lists of their own',
      { question: 'Add.', input_output: '{"fn_name": "add", "inputs": [["a", [1]]], "outputs": [["b"]]}' },
      calls('"a"\n[1]', '"b"'),
    ],
    [
      'DeepCoder: pairs as JSON',
      { problem: 'Add.', tests: '[{"type": "stdin_stdout", "input": "1", "output": "2"}]' },
      output(['1', '2']),
    ],
    [
      'DeepCoder: calls',
      { prompt: 'Add.', tests: '[{"fn_name": "add", "input": [1, 2], "output": [3]}]' },
      calls('1\n2', '3'),
    ],
    [
      'AceCode',
      { question: 'Add.', test_cases: ['assert add(1, 2) == 3'] },
      { form: 'asserts', tests: ['assert add(1, 2) == 3'] },
    ],
    ['two lists', { prompt: 'Add.', tests: { inputs: [1, 2], outputs: [2, 3] } }, output(['1', '2'], ['2', '3'])],
    [
      'pairs of values',
      { prompt: 'Add.', entry_point: 'add', tests: [{ input: [1, null], output: true }] },
      calls('1\nnull', 'true'),
    ],
    [
      'a list that is a function’s only argument',
      { prompt: 'Add.', entry_point: 'add', tests: [{ input: [[1, 2]], output: 3 }] },
      calls('[1,2]', '3'),
    ],
    [
      'MBPP’s list as JSON',
      { text: 'Add.', code: 'x', test_list: '["assert add(1, 2) == 3"]' },
      { form: 'asserts', tests: ['assert add(1, 2) == 3'] },
    ],
    [
      'LiveCodeBench’s lists and records as such',
      {
        question_content: 'Add.',
        public_test_cases: [{ input: '1\n2', output: '3', testtype: 'functional' }],
        private_test_cases: [],
        metadata: { func_name: 'add' },
      },
      calls('1\n2', '3'),
    ],
  ];
  test.each(OTHERS)('%s', async (_, fields, tests) => {
    const problem = await problemOf(fields);
    expect(problem?.question).toMatch(/^Add\./);
    expect(problem && codeFactsOf(problem)?.tests).toEqual(tests);
  });

  test('of several solutions the first; a beginning to go on from; lists of two lengths are no tests', async () => {
    const apps = {
      question: 'Add.',
      starter_code: 'def add(a, b):\n',
      input_output: '{"inputs": ["1"], "outputs": ["2"]}',
    };
    const problem = await problemOf({ ...apps, solutions: '["print(2)", "print(1 + 1)"]' });
    expect([problem?.solution, problem?.question]).toEqual([
      inBlock('print(2)'),
      `Add.\n\nBegin with this:\n\n${inBlock('def add(a, b):')}`,
    ]);
    await expect(problemOf({ prompt: 'Add.', tests: { inputs: ['1', '2'], outputs: ['2'] } })).rejects.toThrow(
      /"tests" is/,
    );
    expect(await problemOf({ prompt: 'q', reward_model: { ground_truth: '["4"]' } })).toBeNull();
    expect(await problemOf({ prompt: 'q', reward_model: '{"ground_truth": "4"}' })).toBeNull();
  });

  /** As Python's pickle.dumps writes these tests in protocols 2, 4 and 5, with zlib and base64. */
  const PACKED = [
    'eJxrYIotZNCoLWTUiGBlYGDIzCsoLSlkimABsg0VjLgKmSPYgMz80hKQOEsEE5BjzFXIWlpbyKaRwRTBDOQfXslVyJ7BksEawQjk5RVyxBZyangzek149++/uwPIJCDw6wDLJhZytRZyp5am6gEAbNkb7w==',
    'eJxrYJkaxgABsVM0aqdo9LBm5hWUlkzpYTFUMOKa0sOWX1oC5jMZc00pBSrIYOphPrySa0oGSwZrD2PeFKA2b0avCe/+/Xd3YIGY5NfRw5g4pXVKammqHgDHOx+q',
    'eJxrYJ0axgABsVM0aqdo9LBm5hWUlkzpYTFUMOKa0sOWX1oC5jMZc00pBSrIYOphPrySa0oGSwZrD2PeFKA2b0avCe/+/Xd3YIGY5NfRw5g4pXVKammqHgDHmx+r',
  ];

  test('Dolci RL-Zero Code: a list of one text, JSON of asserts or of inputs and outputs, or packed; who asks is not asked', async () => {
    const asserts = ['assert f(1) == 1', 'assert f(2) == 4'];
    const of = (truth: string) =>
      problemOf({ id: 'd1', prompt: 'user: Write f.', solution: 'f = 1', ground_truth: [truth] });
    const listed = await of(JSON.stringify(asserts));
    expect(listed?.question).toBe('Write f.');
    expect(listed && codeFactsOf(listed)?.tests).toEqual({ form: 'asserts', tests: asserts });
    const pairs = [{ input: '1 2\n', output: '3\n' }];
    const stdio = await of(JSON.stringify(pairs));
    expect(stdio && codeFactsOf(stdio)?.tests).toEqual({ form: 'output', tests: pairs });
    for (const truth of PACKED) {
      const packed = await of(truth);
      const tests = [...pairs, { input: 'é\n', output: '3\n' }];
      expect(packed && codeFactsOf(packed)?.tests).toEqual({ form: 'output', tests });
    }
    await expect(of(PACKED[1].slice(0, 60))).rejects.toThrow(/cannot be unpacked/);
    await expect(of(deflateSync(pickled('no tests')).toString('base64'))).rejects.toThrow(/neither asserts/);
    // A list of one answer is no code, whatever it looks like.
    for (const truth of ['42', '[4]', 'eN']) expect(await of(truth)).toBeNull();
  });

  test('of a pickle plain data are read, and nothing of it is run', () => {
    expect(pickledData(pickled('[1]'))).toBe('[1]');
    expect(pickledData(inflateSync(Buffer.from(PACKED[1], 'base64')))).toMatchObject([
      {},
      { n: [1, -70000, 2.5, null, true, ['a']] },
    ]);
    // cos\nsystem: what would be called; pickle.dumps(print); __reduce__'s call
    for (const code of ['cos\nsystem\n(S"ls"\ntR.', '\x80\x04\x8c\x08builtins\x8c\x05print\x93.', '\x80\x04NN\x52.'])
      expect(() => pickledData(Buffer.from(code, 'latin1'))).toThrow(/more than plain data/);
    for (const code of ['\x80\x04Na.', '\x80\x04NNNs.', '\x80\x04h\x05.', '\x80\x04NN.', '\x80\x04.'])
      expect(() => pickledData(Buffer.from(code, 'latin1'))).toThrow(/no pickle of plain data/);
    expect(() => pickledData(pickled('long enough').subarray(0, 20))).toThrow(/cut off/);
  });

  test('the lab’s own form; how a row was recognised has a name', async () => {
    const own = row({ prompt: 'Write f.', tests: ['assert f() == 1'], solution: 'def f(): return 1' });
    expect(codeReadingOf(own)).toBe('code with tests: question from prompt, solution from solution, tests from tests');
    expect(codeReadingOf(row({ question: '1 + 1?', answer: '2' }))).toBeNull();
    // Other names are told.
    const map = fieldMapOf('prompt=body, tests = checks');
    const foreign = renamed(row({ body: 'Write f.', checks: ['assert f() == 1'] }), map);
    expect((await codeProblemOf(foreign, 'x'))?.question).toBe('Write f.');
    expect(() => fieldMapOf('promt=body')).toThrow(/Did you mean "prompt"/);
    expect(() => fieldMapOf('prompt')).toThrow(BadInput);
    const calls = await problemOf({ prompt: 'p', tests: [{ input: '1', output: '2' }], entry_point: 'f' });
    expect(calls && codeFactsOf(calls)?.tests).toMatchObject({ form: 'calls', entry: 'f' });
    await expect(problemOf({ prompt: 'Write f.', tests: [1, 2] })).rejects.toThrow(/list of texts/);
    await expect(problemOf({ prompt: 'Write f.', tests: [] })).rejects.toThrow(BadInput);
  });
});

describe('the code of a response', () => {
  const blocks: [string, string | null][] = [
    ['Sure:\n```python\ndef f():\n    return 1\n```\nDone.', 'def f():\n    return 1\n'],
    ['```python\nfirst = 1\n```\nBetter:\n```py\nsecond = 2\n```', 'second = 2\n'],
    ['```\nplain = 1\n```', 'plain = 1\n'],
    ['```python\nx = 1\n```\nOutput:\n```text\n1\n```', 'x = 1\n'],
    // What a program prints stands in a block of no language after it, and so do calls that show it.
    ['```python\nx = 1\n```\nIt prints:\n```\n1\n```', 'x = 1\n'],
    ['```\ndraft\n```\n```py3\nx = 1\n```\n```\n>>> x\n```\n```\n1', 'x = 1\n'],
    ['```\na = 1\n```\nor\n```\nb = 2\n```', 'b = 2\n'],
    ['```\na = 1\n```\n```\nb = ', null],
    ['```\na = 1\n```\n```python\nb = ', null],
    ['```\na = 1\n```\n```text\nb', 'a = 1\n'],
    ['````python\ns = """\n```\n"""\n````', 's = """\n```\n"""\n'],
    ['~~~python\nx = 1\n~~~', 'x = 1\n'],
    // The last one was cut off: the first is a draft, and does not stand in for it.
    ['```python\ndraft = 1\n```\n```python\nx = ', null],
    ['1. Like this:\n   ```python\n   if x:\n       y = 1\n   ```', 'if x:\n    y = 1\n'],
    ['- a\n  - b\n\n      ```python\n      x = 1\n\n      y = 2\n      ```', 'x = 1\n\ny = 2\n'],
    ['```python\ndef f():\n    """\n    ```\n    """\n```', 'def f():\n    """\n    ```\n    """\n'],
    ['```python\r\nx = 1\r\n```\r\n', 'x = 1\r\n'],
    ['The code: ```python\nx = 1\n```\nIt ends.', 'x = 1\n'],
    ['The code: ```\nx = 1\n```', null], // ticks behind words, of no language
    ['\ufeff```python\nx = 1\n```', 'x = 1\n'],
    ['```python\ns = 1 # ```python\nt = 2\n```', 's = 1 # ```python\nt = 2\n'],
    ['def f(): return 1', null],
    ['', null],
  ];
  test.each(blocks)('%j', (text, code) => expect(lastCodeBlock(text)?.code ?? null).toBe(code));
});

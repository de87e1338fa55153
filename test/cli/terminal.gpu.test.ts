/** A model whose tokens would move a terminal's cursor: every command that prints them shows them as escapes there. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lab } from '../setup/cli';

const ESCAPE = '\u001b[2J\u202e';
const AS_TERMINAL = { NODE_OPTIONS: '--import=data:text/javascript,process.stdout.isTTY=true', NO_COLOR: '1' };

let model: string;
let problems: string;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-terminal-'));
  model = join(folder, 'model');
  problems = join(folder, 'problems.jsonl');
  await cp(join(import.meta.dirname, '../fixtures/tiny-chat'), model, { recursive: true });
  const file = join(model, 'tokenizer.json');
  const tokenizer = JSON.parse(await readFile(file, 'utf8'));
  // Every token says it: whatever the model samples is hostile.
  tokenizer.decoder = {
    type: 'Sequence',
    decoders: [tokenizer.decoder, { type: 'Replace', pattern: { Regex: '^' }, content: ESCAPE }],
  };
  await writeFile(file, JSON.stringify(tokenizer));
  const row = (i: number) => JSON.stringify({ question: `How many are ${i} and ${i}? ${ESCAPE}`, answer: `${2 * i}` });
  await writeFile(problems, `${Array.from({ length: 20 }, (_, i) => row(i)).join('\n')}\n`);
});
afterAll(() => rm(join(model, '..'), { recursive: true }));

const COMMANDS: [string, () => string[]][] = [
  ['generate', () => ['generate', '--model', model, '--prompt', 'Hi', '--max-new-tokens', '8']],
  ['inspect', () => ['inspect', '--model', model, '--task', problems, '--response', 'So']],
  [
    'tokens',
    () => [
      'tokens',
      '--model',
      model,
      '--task',
      problems,
      '--problems',
      '2',
      '--samples',
      '2',
      '--at-least',
      '1',
      '--max-new-tokens',
      '8',
    ],
  ],
];

it.each(COMMANDS)('%s', async (_, args) => {
  const shown = await lab(args(), undefined, AS_TERMINAL);
  expect(shown.code, shown.stderr).toBe(0);
  expect(shown.stdout + shown.stderr).toContain('\\u001b[2J\\u202e');
  for (const hidden of ESCAPE[0] + ESCAPE.at(-1)) expect(shown.stdout + shown.stderr).not.toContain(hidden);
});

it('a message', async () => {
  const { code, stderr } = await lab(['generate', '--model', `nowhere${ESCAPE}`]);
  expect(code).toBe(2);
  expect(stderr).toContain('nowhere\\u001b[2J\\u202e');
});

it('raw in a pipe of data', async () => {
  const { stdout } = await lab(COMMANDS[0][1]());
  expect(stdout).toContain(ESCAPE);
});

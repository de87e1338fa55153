/** The exact prompts: their texts give the ids again that a run would use, whatever the tokenizer. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readTokenizer } from '../../src/data/tokenizer';
import { CONTEXT_MODES } from '../../src/data/types';
import { chosenContext, chosenProblem, ownTask, rolloutIds } from '../../src/inspect/contexts';
import { parseModelConfig } from '../../src/model/net/config';
import { fixtureJson, fixturePath } from '../setup/fixtures';

const TEMPLATE =
  "{{ '<s>' }}{% for m in messages %}[INST] {{ m.content }} [/INST]{% endfor %}{{ '<s>' if add_generation_prompt }}";

it('of a SentencePiece vocabulary, whose decoding adds spaces', async () => {
  const file = readFileSync(fixturePath('tokenizers', 'sentencepiece.tokenizer.json'), 'utf8');
  const config = JSON.stringify({ eos_token: '</s>', chat_template: TEMPLATE });
  const tokenizer = await readTokenizer(file, 'sentencepiece', config);
  const files = new Map([['tokenizer_config.json', config]]);
  const model = { tokenizer: files, where: 'test', config: parseModelConfig(fixtureJson('llama', 'config.json')) };
  const task = await ownTask({ model, tokenizer, maxNewTokens: 64, thinking: false, wording: 'standard' });
  const own = { task: 'own', question: 'What is 2 + 3?', solution: 'It is \\boxed{5}.', answer: '5' } as const;
  const problem = chosenProblem(own, task);
  const response = rolloutIds(task, 'So \\boxed{5}.');
  const student = task.studentPrompt(problem);
  expect(tokenizer.encode(tokenizer.decode(student))).not.toEqual(student); // why the text is kept
  expect(tokenizer.encode(task.promptText?.(student) ?? '')).toEqual(student);
  for (const mode of CONTEXT_MODES) {
    const { context } = chosenContext(task, problem, response, task.verify(problem, response), mode);
    const teacher = task.teacherPrompt(problem, context);
    expect(tokenizer.encode(task.promptText?.(teacher) ?? '')).toEqual(teacher);
  }
});

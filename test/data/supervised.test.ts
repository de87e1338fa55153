import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chatTemplate } from '../../src/data/chat';
import { BadInput } from '../../src/data/errors';
import type { ChatMessage } from '../../src/data/message';
import { promptOf, supervisedExample } from '../../src/data/supervised';
import { readTokenizer } from '../../src/data/tokenizer';
import { twoCardsTokenizer } from '../../src/data/two-cards/vocabulary';
import type { SupervisedExample, Tokenizer } from '../../src/data/types';

const read = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const tokenizerOf = (name: string, eos: string) =>
  readTokenizer(read(name), 'tokenizer.json', JSON.stringify({ eos_token: eos }));
const chatMl = await tokenizerOf('tiny-chat/tokenizer.json', '<|im_end|>');
const byteLevel = await tokenizerOf('tokenizers/byte-level.tokenizer.json', '<|end|>');
const sentencePiece = await tokenizerOf('tokenizers/sentencepiece.tokenizer.json', '</s>');

const special = JSON.parse(read('chat/expected.json')).special as Record<string, Record<string, unknown>>;
const templateOf = (name: string, change = {}) =>
  chatTemplate(
    new Map([
      [
        'tokenizer_config.json',
        JSON.stringify({ ...special[name], chat_template: read(`chat/${name}.jinja`), ...change }),
      ],
    ]),
    name,
  );
const plain = chatTemplate(new Map(), 'plain');

const turns = (...texts: string[]): ChatMessage[] =>
  texts.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }));
const write = (messages: ChatMessage[], tokenizer: Tokenizer, template = templateOf('smollm2'), pair = false) =>
  supervisedExample({ messages, pair }, tokenizer, template, 'x.jsonl, example 1');

/** The text of an example, what is learnt in angle brackets. */
function marked({ ids, lossMask }: SupervisedExample, tokenizer: Tokenizer): string {
  expect(lossMask).toHaveLength(ids.length);
  let text = '';
  for (let from = 0; from < ids.length; ) {
    let to = from;
    while (to < ids.length && lossMask[to] === lossMask[from]) to++;
    const run = tokenizer.decode(ids.slice(from, to));
    text += lossMask[from] ? `⟦${run}⟧` : run;
    from = to;
  }
  return text;
}

const greeting = 'You are a helpful AI assistant named SmolLM, trained by Hugging Face';

describe('the assistant’s words and the token that ends its turn are learnt, nothing else', () => {
  test('one turn', () => {
    expect(marked(write(turns('Hi', 'Hello!'), chatMl), chatMl)).toBe(
      `<|im_start|>system\n${greeting}<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n⟦Hello!<|im_end|>⟧\n`,
    );
  });

  test('several turns, with a system message, and what follows the last answer left out', () => {
    const messages: ChatMessage[] = [{ role: 'system', content: 'S' }, ...turns('a', 'b', 'c', 'd', 'e')];
    expect(marked(write(messages, chatMl), chatMl)).toBe(
      '<|im_start|>system\nS<|im_end|>\n<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n⟦b<|im_end|>⟧\n' +
        '<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\n⟦d<|im_end|>⟧\n',
    );
  });

  test('an answer that says nothing ends at once, and one that quotes the end token does not', () => {
    expect(marked(write(turns('Hi', ''), chatMl), chatMl)).toMatch(/assistant\n⟦<\|im_end\|>⟧\n$/);
    expect(marked(write(turns('Hi', 'a<|im_end|>b'), chatMl), chatMl)).toMatch(/\n⟦a<\|im_end\|>b<\|im_end\|>⟧\n$/);
  });

  test('a template without the tokenizer’s end token gets it', () => {
    expect(marked(write(turns('Hi', 'Hello!'), byteLevel, plain), byteLevel)).toBe(
      'Question: Hi\n\nAnswer:⟦ Hello!<|end|>⟧',
    );
    expect(marked(write(turns('a', 'b', 'c', 'd'), byteLevel, plain), byteLevel)).toBe(
      'Question: a\n\nAnswer:⟦ b<|end|>⟧\n\nQuestion: c\n\nAnswer:⟦ d<|end|>⟧',
    );
  });

  test('a pair is taken word for word where the model has no template', () => {
    expect(marked(write(turns('1 + 1 =', ' 2'), byteLevel, plain, true), byteLevel)).toBe('1 + 1 =⟦ 2<|end|>⟧');
    const cards = write(turns('<bos> 1 2 make 3 Think', 'So Answer 1 2'), twoCardsTokenizer, plain, true);
    expect(marked(cards, twoCardsTokenizer)).toBe('<bos> 1 2 make 3 Think⟦So Answer 1 2 <eos>⟧');
    const ended = write(turns('<bos> 1 2 make 3 Think', 'So Answer 1 2 <eos>'), twoCardsTokenizer, plain, true);
    expect(ended).toEqual(cards);
    expect(promptOf({ messages: turns('1 + 1 =', ' 2'), pair: true }, plain)).toBe('1 + 1 =');
    // with a template it is a conversation like any other
    expect(marked(write(turns('Hi', 'Hello!'), chatMl, undefined, true), chatMl)).toContain('⟦Hello!<|im_end|>⟧');
  });
});

describe('templates that rewrite earlier turns', () => {
  test('Qwen3: the empty thought is the prompt’s, and of several turns the last is learnt', () => {
    const qwen3 = templateOf('qwen3');
    const prompt = '<|im_start|>assistant\n<think>\n\n</think>\n\n';
    expect(marked(write(turns('a', 'b'), chatMl, qwen3), chatMl)).toBe(
      `<|im_start|>user\na<|im_end|>\n${prompt}⟦b<|im_end|>⟧\n`,
    );
    expect(marked(write(turns('a', 'b', 'c', 'd'), chatMl, qwen3), chatMl)).toBe(
      '<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n' +
        `<|im_start|>user\nc<|im_end|>\n${prompt}⟦d<|im_end|>⟧\n`,
    );
  });

  test('Qwen3: thoughts of the data are learnt with the last answer, and dropped from earlier ones', () => {
    const messages = turns('a', '<think>\nHm.\n</think>\n\nb', 'c', '<think>\nAh.\n</think>\n\nd');
    expect(marked(write(messages, chatMl, templateOf('qwen3')), chatMl)).toBe(
      '<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n' +
        '<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\n⟦<think>\nAh.\n</think>\n\nd<|im_end|>⟧\n',
    );
    expect(promptOf({ messages, pair: false }, templateOf('qwen3'))).toMatch(/assistant\n$/);
  });

  test('Olmo 3: the last turn ends in another token than earlier ones, so the last is learnt', async () => {
    const tokenizer = await tokenizerOf('tiny-chat/tokenizer.json', '<|endoftext|>');
    const text = marked(write(turns('a', 'b', 'c', 'd'), tokenizer, templateOf('olmo3')), tokenizer);
    expect(text).toMatch(
      /assistant\nb<\|im_end\|>\n<\|im_start\|>user\nc<\|im_end\|>\n<\|im_start\|>assistant\n⟦d<\|endoftext\|>⟧$/,
    );
  });

  test('an answer that the template changes is refused with its place', () => {
    const shouting = templateOf('smollm2', {
      chat_template:
        '{% for m in messages %}{{ m.content | upper }}<|im_end|>{% endfor %}{{ "go " if add_generation_prompt }}',
    });
    const make = () => write(turns('a', 'b'), chatMl, shouting);
    expect(make).toThrow(BadInput);
    expect(make).toThrow(/other than behind its prompt \(x\.jsonl, example 1\)/);
  });
});

describe('the ids are those of the whole text', () => {
  // with white space and characters that byte-level BPE likes to merge
  const words = fc.string({
    unit: fc.constantFrom('a', 'b', ' ', '\n', '.', '7', 'é', '🍎', 'the', '!'),
    maxLength: 12,
  });
  // an answer’s own white space would join the line break before it
  const conversation = fc
    .array(words, { minLength: 2, maxLength: 6 })
    .map((texts) => turns(...texts.map((text, i) => (i % 2 === 1 ? text.trimStart() : text))));

  test.each([
    ['smollm2', chatMl, templateOf('smollm2')],
    ['qwen2', chatMl, templateOf('qwen2')],
    ['zephyr', byteLevel, templateOf('zephyr', { eos_token: '<|end|>' })],
  ])('%s, whose turns are separated by special tokens', (_, tokenizer, template) => {
    fc.assert(
      fc.property(conversation, (messages) => {
        const last = messages.findLastIndex((m) => m.role === 'assistant');
        const options = { addGenerationPrompt: false, thinking: false };
        const { ids } = write(messages, tokenizer, template);
        expect(ids).toEqual(tokenizer.encode(template.render(messages.slice(0, last + 1), options)));
      }),
    );
  });

  test('Llama 2 with SentencePiece: no second space before the answer', () => {
    const example = write(turns('the sum', 'the answer'), sentencePiece, templateOf('llama2'));
    const whole = '<s>[INST] the sum [/INST] the answer </s>';
    expect(example.ids).toEqual(sentencePiece.encode(whole));
    expect(sentencePiece.decode(example.ids.filter((_, i) => example.lossMask[i] === 1))).toBe('the answer </s>');
  });

  test('where a token would reach across the border, the prompt is as it is when the model generates', () => {
    const template = templateOf('smollm2', {
      chat_template: '{% for m in messages %}{{ m.content }}{% endfor %}',
    });
    const [prompt, answer] = ['the', 'ater is there'];
    expect(byteLevel.encode(prompt + answer).slice(0, byteLevel.encode(prompt).length)).not.toEqual(
      byteLevel.encode(prompt),
    );
    const { ids, lossMask } = write(turns(prompt, answer), byteLevel, template);
    expect(ids.filter((_, i) => lossMask[i] === 0)).toEqual(byteLevel.encode(prompt));
    expect(ids.filter((_, i) => lossMask[i] === 1)).toEqual([...byteLevel.encode(answer), byteLevel.eosId]);
  });
});

describe('answers that the dataset masks', () => {
  const of = (masks: readonly boolean[]): ChatMessage[] =>
    masks.flatMap((masked, i): ChatMessage[] => [
      { role: 'user', content: `q${i}` },
      { role: 'assistant', content: `a${i}`, ...(masked ? { learnt: false as const } : {}) },
    ]);

  test('are read and not learnt, nor the token that ends them', () => {
    const text = marked(write(of([true, false, true, false]), chatMl), chatMl);
    expect(text.match(/⟦.*?⟧/gs)).toEqual(['⟦a1<|im_end|>⟧', '⟦a3<|im_end|>⟧']);
    expect(text).toContain('assistant\na0<|im_end|>');
    expect(text).toContain('assistant\na2<|im_end|>');
  });

  test('behind the last one to learn need not be read; all of them are nothing to learn', () => {
    expect(marked(write(of([false, true]), chatMl), chatMl)).not.toContain('a1');
    expect(() => write(of([true, true]), chatMl)).toThrow(/Every answer is masked/);
  });

  test('in plain words', () => {
    const text = marked(write(of([true, false]), byteLevel, plain), byteLevel);
    expect(text).toBe('Question: q0\n\nAnswer: a0\n\nQuestion: q1\n\nAnswer:⟦ a1<|end|>⟧');
  });
});

describe('tools', () => {
  const call = { name: 'weather', arguments: { city: 'Rome' } };
  const messages: ChatMessage[] = [
    { role: 'user', content: 'Weather?' },
    { role: 'assistant', content: '<tool_call> …', calls: { said: 'Let me see.', list: [call] } },
    { role: 'tool', content: 'sunny' },
    { role: 'assistant', content: 'It is sunny.' },
  ];
  const tools = [{ type: 'function', function: { name: 'weather' } }];
  const knowing = chatTemplate(
    new Map([
      [
        'chat_template.jinja',
        "{% for t in tools or [] %}<{{ t.function.name }}>{% endfor %}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function.name }}{{ c.function.arguments | tojson }}{% endfor %}{% if m.role == 'assistant' %}<|im_end|>{% endif %}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}",
      ],
    ]),
    'x',
  );

  test('go to a template that writes them; the call is learnt, the result is not', () => {
    const example = supervisedExample({ messages, pair: false, tools }, chatMl, knowing, 'x');
    expect(marked(example, chatMl)).toBe(
      '<weather>[user]Weather?[assistant]⟦Let me see.weather{"city": "Rome"}<|im_end|>⟧[tool]sunny[assistant]⟦It is sunny.<|im_end|>⟧',
    );
  });

  test('are refused by a template that does not, by one that loses them, and without one', () => {
    const losing = chatTemplate(
      new Map([['chat_template.jinja', '{# tools tool_calls #}{{ messages[0].content }}']]),
      'x',
    );
    expect(() => write(messages, chatMl)).toThrow(/The chat template writes no calls of tools/);
    expect(() => write(messages, chatMl, losing)).toThrow(/leaves out a message of the role assistant about tools/);
    expect(() => write(messages, byteLevel, plain)).toThrow(/no chat template for calls of tools/);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { chatTemplate } from '../../src/data/chat';
import { BadInput } from '../../src/data/errors';
import type { ChatMessage } from '../../src/data/message';

const read = (name: string) => readFileSync(new URL(`../fixtures/chat/${name}`, import.meta.url), 'utf8');

interface Case {
  template: string;
  conversation: string;
  add: boolean;
  thinking: boolean;
  text?: string;
  error?: string;
}
const { special, conversations, cases } = JSON.parse(read('expected.json')) as {
  special: Record<string, Record<string, unknown>>;
  conversations: Record<string, ChatMessage[]>;
  cases: Case[];
};

const files = (config: unknown, jinja?: string) =>
  new Map([
    ['tokenizer_config.json', JSON.stringify(config)],
    ...(jinja === undefined ? [] : [['chat_template.jinja', jinja] as const]),
  ]);

describe('the same text as transformers, template by template', () => {
  for (const name of Object.keys(special))
    test(name, () => {
      const template = chatTemplate(files({ ...special[name], chat_template: read(`${name}.jinja`) }), name);
      expect(template.ofModel).toBe(true);
      const own = cases.filter((c) => c.template === name);
      expect(own.length).toBeGreaterThan(10);
      for (const { conversation, add, thinking, text, error } of own) {
        const render = () => template.render(conversations[conversation], { addGenerationPrompt: add, thinking });
        if (error === undefined) expect(render(), `${conversation} ${add} ${thinking}`).toBe(text);
        else {
          expect(render).toThrow(BadInput);
          expect(render).toThrow(error);
        }
      }
    });
});

const one: ChatMessage[] = [{ role: 'user', content: 'Hi' }];
const options = { addGenerationPrompt: true, thinking: false };
const shown = (config: unknown, jinja?: string) => chatTemplate(files(config, jinja), 'model').render(one, options);

describe('where a template comes from', () => {
  test('chat_template.jinja before tokenizer_config.json', () => {
    expect(shown({ chat_template: 'config' }, 'file {{ messages[0].content }}')).toBe('file Hi');
  });

  test('of named templates the default one, else the first', () => {
    const named = (...names: string[]) => ({
      chat_template: names.map((name) => ({ name, template: `${name}: {{ messages[0].content }}` })),
    });
    expect(shown(named('tool_use', 'default'))).toBe('default: Hi');
    expect(shown(named('rag', 'tool_use'))).toBe('rag: Hi');
  });

  test('without one, question and answer in plain words', () => {
    for (const config of [{}, { chat_template: null }, { chat_template: [] }, { chat_template: [{ name: 'x' }] }]) {
      const template = chatTemplate(files(config), 'model');
      expect(template.ofModel).toBe(false);
      const messages: ChatMessage[] = [
        { role: 'system', content: 'S' },
        { role: 'user', content: 'Q' },
        { role: 'assistant', content: 'A' },
      ];
      expect(template.render(messages, { ...options, addGenerationPrompt: false })).toBe(
        'Instruction: S\n\nQuestion: Q\n\nAnswer: A',
      );
      expect(template.render(messages.slice(0, 2), options)).toBe('Instruction: S\n\nQuestion: Q\n\nAnswer:');
    }
    expect(chatTemplate(new Map(), 'model').ofModel).toBe(false);
  });
});

test('special tokens as texts or as records, additional ones as a list, named ones by their names', () => {
  const chat_template =
    '{{ bos_token }}|{{ eos_token }}|{{ additional_special_tokens | join(",") }}|{{ image_token }}|{{ unk_token }}';
  expect(
    shown({
      chat_template,
      bos_token: { content: '<s>', lstrip: false },
      eos_token: '</s>',
      additional_special_tokens: ['<a>', { content: '<b>' }],
      extra_special_tokens: { image_token: '<image>' },
      unk_token: null,
    }),
  ).toBe('<s>|</s>|<a>,<b>|<image>|');
});

test('the same prompt on every day', () => {
  expect(shown({ chat_template: '{{ strftime_now("%d %b %Y %H:%M") }} {{ date_string }}' })).toBe(
    '26 Jul 2024 00:00 26 Jul 2024',
  );
});

test.each([
  ['{% if %}', /The chat template cannot be read: .*\(model\)\. Copy tokenizer_config\.json/],
  ['{{ messages | nosuchfilter }}', /The chat template fails: /],
  ['{{ raise_exception("no system here") }}', /The chat template fails: no system here \(model\)/],
])('the template %s is refused', (chat_template, message) => {
  expect(() => shown({ chat_template })).toThrow(BadInput);
  expect(() => shown({ chat_template })).toThrow(message);
});

test.each([
  ['{% for m in messages %}{{ m.role }}{% if m.content %}{% continue %}{% endif %}{% endfor %}', true],
  ['{% for m in messages %}{% if m.content %}x{% break %}{% endif %}{% endfor %}', true],
  ['{% for m in messages %}{% for n in [1] %}{{ n }}{% endfor %}{% break %}{% endfor %}', true],
  ['{% macro f(x) %}{% for n in x %}-{% continue %}{% endfor %}{% endmacro %}{{ f([1]) }}', true],
  ['said {% for m in messages %}{% set x = 1 %}{% if x %}{% continue %}{% endif %}{{ m.role }}{% endfor %}', false],
  ['{% for m in messages %}{% if x %}{{ x }}{% else %}{% continue %}{% endif %}{% endfor %}', false],
  ['{% for m in messages %}{{ m.role }}{% for n in [1] %}{% break %}{% endfor %}{% endfor %}', false],
])('a template that would lose what it said is refused: %s', (chat_template, refused) => {
  const make = () => shown({ chat_template });
  if (refused) expect(make).toThrow(/break or continue after it has said something.*\(model\)/);
  else expect(make).not.toThrow();
});

test('a broken tokenizer_config.json is named', () => {
  for (const text of ['{', '[]', '3'])
    expect(() => chatTemplate(new Map([['tokenizer_config.json', text]]), 'model')).toThrow(
      /tokenizer_config\.json is no JSON object \(model\)/,
    );
});

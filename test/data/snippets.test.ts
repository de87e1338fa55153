/** What chat templates are made of, against transformers: test/fixtures/make_snippets.py. */
import { readFileSync } from 'node:fs';
import { Template } from '@huggingface/jinja';
import { describe, expect, test } from 'vitest';
import { chatTemplate } from '../../src/data/chat';
import { messagesOf } from '../../src/data/message';

interface Snippet {
  name: string;
  template: string;
  messages: Record<string, unknown>[];
  tools: unknown[] | null;
  /** Null where transformers refuses. */
  text: string | null;
}
const SNIPPETS = JSON.parse(
  readFileSync(new URL('../fixtures/chat/snippets.json', import.meta.url), 'utf8'),
) as Snippet[];

describe('the text of transformers', () => {
  test.each(SNIPPETS)('$name', ({ template, messages, tools, text }) => {
    // These words tell that a template knows tools.
    const source = tools ? `{# tools tool_calls #}${template}` : template;
    const made = chatTemplate(new Map([['chat_template.jinja', source]]), 'model');
    const render = () =>
      made.render(messagesOf(messages, 'x'), {
        addGenerationPrompt: false,
        thinking: false,
        tools: tools ?? undefined,
      });
    if (text === null) expect(render).toThrow(/The chat template fails/);
    else expect(render()).toBe(text);
  });
});

test('the library by itself says something else: when this fails, python-strings.ts, python-text.ts or their part may go', () => {
  const isRight = ({ template, messages, tools, text }: Snippet) => {
    try {
      return new Template(template).render({ messages, tools }) === text;
    } catch {
      return text === null;
    }
  };
  expect(SNIPPETS.filter((snippet) => !isRight(snippet)).map(({ name }) => name)).toEqual([
    'strip',
    'lstrip',
    'rstrip',
    'strip of line ends',
    'lstrip of several',
    'rstrip of several',
    "strip of a class's characters",
    'strip of a character beyond 16 bits',
    'trim',
    'trim of characters',
    'trim, then more',
    'trim of a number',
    'split',
    'split by name',
    "split's parts",
    'rsplit',
    'splitlines',
    'partition',
    'removeprefix',
    'find',
    'capitalize',
    'is what',
    'join of a method',
    'line ends of Windows',
    'a line end of Windows at the end',
    'line ends of old Macs',
    'a macro that strips',
    'true and none',
    'true beside a text',
    'true as a string',
    'a list as a text',
    'title of other letters',
    'replace as a filter',
  ]);
});

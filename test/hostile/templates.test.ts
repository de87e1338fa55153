/** Chat templates that would never end, or fill the memory: each ends, with what is right or a word. */
import { expect } from 'vitest';
import { chatTemplate } from '../../src/data/chat';
import { BadInput } from '../../src/data/errors';
import { type Attempt, attempts } from '../faults/attempts';
import { HOSTILE_TEMPLATES } from './instructions';

const rows: Attempt[] = HOSTILE_TEMPLATES.map(([id, what, source, outcome]) => ({
  id: `template/${id}`,
  group: 'chat templates',
  what,
  expected: typeof outcome === 'string' ? outcome : `"${outcome.source}"`,
  gate: true,
  run() {
    const render = () =>
      chatTemplate(new Map([['chat_template.jinja', source]]), 'model').render([{ role: 'user', content: 'Hi' }], {
        addGenerationPrompt: true,
        thinking: false,
      });
    if (typeof outcome === 'string') return expect(render()).toBe(outcome);
    expect(render).toThrow(BadInput);
    expect(render).toThrow(outcome);
  },
}));

attempts(rows);

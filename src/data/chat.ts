/** Chat templates: how a model family writes down a conversation, through the ecosystem's Jinja library. */
import { Template } from '@huggingface/jinja';
import { BadInput } from './errors';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface RenderOptions {
  /** End with the beginning of the assistant's turn. */
  readonly addGenerationPrompt: boolean;
  /** For templates that know `enable_thinking` (Qwen3). */
  readonly thinking: boolean;
}

export interface ChatTemplate {
  /** False where the model has none and the plain fallback is used. */
  readonly ofModel: boolean;
  /** Throws BadInput where the template fails on these messages. */
  render(messages: readonly ChatMessage[], options: RenderOptions): string;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A model's template from its tokenizer files (chat_template.jinja, else tokenizer_config.json); else a plain one. */
export function chatTemplate(files: ReadonlyMap<string, string>, where: string): ChatTemplate {
  const config = parseConfig(files.get('tokenizer_config.json'), where);
  const source = files.get('chat_template.jinja') ?? templateOf(config.chat_template);
  if (source === null) return PLAIN;
  let template: Template;
  try {
    template = new Template(source);
  } catch (error) {
    throw new BadInput(
      `The chat template cannot be read: ${(error as Error).message}`,
      where,
      'Copy tokenizer_config.json (or chat_template.jinja) again from the model’s source.',
    );
  }
  const special = specialTokens(config);
  return {
    ofModel: true,
    render(messages, { addGenerationPrompt, thinking }) {
      try {
        return template.render({
          ...special,
          messages: messages.map((m) => ({ ...m })),
          add_generation_prompt: addGenerationPrompt,
          enable_thinking: thinking,
          tools: null,
          date_string: '26 Jul 2024', // Llama's own default: the same prompt on every day
        });
      } catch (error) {
        throw new BadInput(
          `The chat template fails: ${(error as Error).message}`,
          where,
          'Use messages that the model’s template takes (some know no system message).',
        );
      }
    },
  };
}

/** For models that were never taught a conversation: "Question: …", a blank line, "Answer:". */
const PLAIN: ChatTemplate = {
  ofModel: false,
  render(messages, { addGenerationPrompt }) {
    const name = { system: 'Instruction', user: 'Question', assistant: 'Answer' };
    const turns = messages.map((m) => `${name[m.role]}: ${m.content}`);
    return [...turns, ...(addGenerationPrompt ? ['Answer:'] : [])].join('\n\n');
  },
};

function parseConfig(text: string | undefined, where: string): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // said below
  }
  throw new BadInput('tokenizer_config.json is no JSON object', where, 'Copy it again from the model’s source.');
}

/** A template is a text, or a list of named ones of which "default" is the conversation's. */
function templateOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return null;
  const named = value.filter(isRecord);
  const chosen = named.find((t) => t.name === 'default') ?? named[0];
  return typeof chosen?.template === 'string' ? chosen.template : null;
}

/** bos_token, eos_token … as texts. */
function specialTokens(config: Record<string, unknown>): Record<string, string> {
  const tokens: Record<string, string> = {};
  for (const name of ['bos_token', 'eos_token', 'pad_token', 'unk_token']) {
    const value = config[name];
    const text = isRecord(value) ? value.content : value;
    if (typeof text === 'string') tokens[name] = text;
  }
  return tokens;
}

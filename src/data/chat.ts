/** Chat templates: how a model family writes down a conversation, through the ecosystem's Jinja library. */
import { withTokensMap } from './added-tokens';
import { BoundedTemplate } from './bounded-template';
import { BOUNDS } from './bounds';
import { BadInput, causeOf } from './errors';
import type { ChatMessage } from './message';

export interface RenderOptions {
  /** End with the beginning of the assistant's turn. */
  readonly addGenerationPrompt: boolean;
  /** For templates that know `enable_thinking` (Qwen3). */
  readonly thinking: boolean;
  /** Descriptions of tools that may be called. */
  readonly tools?: readonly unknown[];
}

export interface ChatTemplate {
  /** False where the model has none and the plain fallback is used. */
  readonly ofModel: boolean;
  /** Whether it writes descriptions of tools, their calls and results. */
  readonly knowsTools: boolean;
  /** Throws BadInput where the template fails on these messages. */
  render(messages: readonly ChatMessage[], options: RenderOptions): string;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A model's template from its tokenizer files (chat_template.jinja, else tokenizer_config.json); else a plain one. */
export function chatTemplate(files: ReadonlyMap<string, string>, where: string): ChatTemplate {
  const config = configOf(files, where);
  // As Python reads files and Jinja templates: line ends are \n.
  const source = (files.get('chat_template.jinja') ?? templateOf(config.chat_template))?.replace(/\r\n?/g, '\n');
  if (source === undefined) return PLAIN;
  let template: BoundedTemplate;
  try {
    template = new BoundedTemplate(source);
  } catch (error) {
    throw new BadInput(
      `The chat template cannot be read: ${causeOf(error)}`,
      where,
      'Copy tokenizer_config.json (or chat_template.jinja) again from the model’s source, or put another chat_template.jinja beside tokenizer.json.',
    );
  }
  const special = specialTokens(config, where);
  const knowsTools = /\btools\b/.test(source) && /\btool_calls\b/.test(source);
  return {
    ofModel: true,
    knowsTools,
    render(messages, { addGenerationPrompt, thinking, tools }) {
      if (!knowsTools && messages.some(isAboutTools))
        throw new BadInput(
          'The chat template writes no calls of tools',
          where,
          'Use a model that was taught to call tools.',
        );
      let text: string;
      try {
        // Apart: spread into one object they would have hidden classes of their own for each text, 4.8 kB before they are collected.
        text = template.render(special, {
          messages: messages.map(forTemplate),
          add_generation_prompt: addGenerationPrompt,
          enable_thinking: thinking,
          tools: tools ?? null,
          documents: null,
          // Llama's own default day, so that a prompt is the same on every day.
          date_string: dayAs('%d %b %Y'),
          strftime_now: dayAs,
        });
      } catch (error) {
        throw new BadInput(
          `The chat template fails: ${causeOf(error)}`,
          where,
          'Use messages that the model’s template takes (some know no system message).',
        );
      }
      const lost = messages.find((m) => isAboutTools(m) && !isSaidIn(text, m));
      if (lost)
        throw new BadInput(
          `The chat template leaves out a message of the role ${lost.role} about tools`,
          where,
          'Use a model that was taught to call tools.',
        );
      return text;
    },
  };
}

const isAboutTools = ({ role, calls }: ChatMessage): boolean => role === 'tool' || calls !== undefined;

/** A result's first word, the name of what is called: templates write the rest in their own ways. */
function isSaidIn(text: string, { content, calls }: ChatMessage): boolean {
  if (calls) return calls.list.every(({ name }) => text.includes(name));
  return text.includes(/[\p{L}\p{N}]+/u.exec(content)?.[0] ?? '');
}

/** A message as transformers' templates know it. */
function forTemplate({ role, content, calls, name, callId }: ChatMessage): Record<string, unknown> {
  const about = { ...(name === undefined ? {} : { name }), ...(callId === undefined ? {} : { tool_call_id: callId }) };
  if (!calls) return { role, content, ...about };
  const list = calls.list.map(({ id, ...call }) => ({
    ...(id === undefined ? {} : { id }),
    type: 'function',
    function: call,
  }));
  return { role, content: calls.said, tool_calls: list };
}

/** For models that were never taught a conversation: "Question: …", a blank line, "Answer:". */
const PLAIN: ChatTemplate = {
  ofModel: false,
  knowsTools: false,
  render(messages, { addGenerationPrompt }) {
    if (messages.some(isAboutTools))
      throw new BadInput(
        'The model has no chat template for calls of tools',
        'chat template',
        'Use a model that was taught to call tools.',
      );
    const name = { system: 'Instruction', user: 'Question', assistant: 'Answer', tool: 'Result' };
    const turns = messages.map((m) => `${name[m.role]}: ${m.content}`);
    return [...turns, ...(addGenerationPrompt ? ['Answer:'] : [])].join('\n\n');
  },
};

/** tokenizer_config.json with the tokens that special_tokens_map.json names. */
function configOf(files: ReadonlyMap<string, string>, where: string): Record<string, unknown> {
  const parse = (name: string) => parseConfig(files.get(name), name, where);
  const config = parse('tokenizer_config.json');
  return files.has('special_tokens_map.json') ? withTokensMap(config, parse('special_tokens_map.json')) : config;
}

function parseConfig(text: string | undefined, name: string, where: string): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // said below
  }
  throw new BadInput(`${name} is no JSON object`, where, 'Copy it again from the model’s source.');
}

/** A template is a text, or a list of named ones of which "default" is the conversation's. */
function templateOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return null;
  const named = value.filter(isRecord);
  const chosen = named.find((t) => t.name === 'default') ?? named[0];
  return typeof chosen?.template === 'string' ? chosen.template : null;
}

/** bos_token, eos_token … as texts, additional ones as a list, and those that a model names itself. Throws BadInput for too many. */
function specialTokens(config: Record<string, unknown>, where: string): Record<string, string | string[]> {
  const textOf = (value: unknown) => {
    const text = isRecord(value) ? value.content : value;
    return typeof text === 'string' ? [text] : [];
  };
  const tokens: Record<string, string | string[]> = {};
  const named = isRecord(config.extra_special_tokens) ? config.extra_special_tokens : {};
  const usual = ['bos_token', 'eos_token', 'pad_token', 'unk_token', 'sep_token', 'cls_token', 'mask_token'];
  for (const [name, value] of [...usual.map((key) => [key, config[key]] as const), ...Object.entries(named)])
    for (const text of textOf(value)) tokens[name] = text;
  const more = config.additional_special_tokens;
  const count = Object.keys(named).length + (Array.isArray(more) ? more.length : 0);
  if (count > BOUNDS.specialTokens)
    throw new BadInput(
      `tokenizer_config.json names ${count} special tokens, more than the ${BOUNDS.specialTokens} that a template is given`,
      where,
      'Name those that the chat template asks for.',
    );
  if (Array.isArray(more)) tokens.additional_special_tokens = more.flatMap(textOf);
  return tokens;
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
/** 26 July 2024, midnight. */
const DAY = new Date(Date.UTC(2024, 6, 26));

/** That day in the formats that templates ask for (Python's strftime); an unknown letter stays as it is. */
function dayAs(format: string): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const month = MONTHS[DAY.getUTCMonth()];
  const day = DAYS[DAY.getUTCDay()];
  const fields: Record<string, string> = {
    Y: String(DAY.getUTCFullYear()),
    y: two(DAY.getUTCFullYear() % 100),
    m: two(DAY.getUTCMonth() + 1),
    d: two(DAY.getUTCDate()),
    B: month,
    b: month.slice(0, 3),
    A: day,
    a: day.slice(0, 3),
    H: '00',
    I: '12',
    M: '00',
    S: '00',
    p: 'AM',
    '%': '%',
  };
  return format.replace(/%(.)/g, (whole, letter: string) => fields[letter] ?? whole);
}

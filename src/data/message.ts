/** The messages of a conversation, in the forms that datasets write them. */
import { BOUNDS } from './bounds';
import { BadInput } from './errors';
import { THOUGHTS } from './field-names';
import { jsonObject, plainJson } from './json';
import { isRecord, shown } from './records';

/** A function that the assistant calls. */
export interface ToolCall {
  readonly name: string;
  /** An object where it is one, or JSON of one. */
  readonly arguments: unknown;
  readonly id?: string;
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  /** All that is said: thoughts stand before it as <think>…</think>, calls of tools behind it as <tool_call>…</tool_call>. */
  readonly content: string;
  /** Calls of tools, and what is said beside them: a template writes them in its own way. */
  readonly calls?: { readonly said: string; readonly list: readonly ToolCall[] };
  /** Of a tool's result: whose, and of which call. */
  readonly name?: string;
  readonly callId?: string;
  /** False where the dataset masks an answer: it is read, and not learnt. */
  readonly learnt?: false;
}

const ROLES: Record<string, ChatMessage['role']> = {
  ...{ system: 'system', developer: 'system', user: 'user', human: 'user' },
  ...{ assistant: 'assistant', gpt: 'assistant', model: 'assistant', function_call: 'assistant' },
  ...{ tool: 'tool', function: 'tool', observation: 'tool', ipython: 'tool', tool_response: 'tool' },
};

/** Names under which a message says whether it is learnt. */
const MASKS = ['weight', 'train', 'training', 'trainable', 'learn', 'loss', 'loss_weight'];

/** Fields of a message with something in them that nothing is made of. */
export function unusedOf(message: unknown): string[] {
  if (!isRecord(message)) return [];
  return Object.keys(message).filter((name) => !KNOWN.has(name) && message[name] !== null && message[name] !== '');
}

const KNOWN = new Set([
  ...['role', 'from', 'content', 'value', 'tool_calls', 'function_call', 'name', 'tool_call_id', 'type', 'id'],
  ...THOUGHTS,
  ...MASKS,
]);

/** A list of messages. Throws BadInput naming the message. */
export function messagesOf(value: unknown, where: string): ChatMessage[] {
  const mend = 'Write a list of {"role": "system" | "user" | "assistant" | "tool", "content": text}.';
  if (!Array.isArray(value) || value.length === 0)
    throw new BadInput(`the messages are ${shown(value)}, no list`, where, mend);
  if (value.length > BOUNDS.messages)
    throw new BadInput(
      `the conversation has ${value.length} messages, more than the ${BOUNDS.messages} that are read`,
      where,
      'Split it.',
    );
  return value.map((message: unknown, i) => {
    const m = isRecord(message) ? message : {};
    const fail = (what: string): never => {
      throw new BadInput(`message ${i + 1} ${what}`, where, mend);
    };
    const named = m.role ?? m.from;
    if (typeof named !== 'string' || !Object.hasOwn(ROLES, named)) return fail(`has the role ${shown(named)}`);
    return messageOf(m, ROLES[named], named === 'function_call', fail);
  });
}

type Fields = Readonly<Record<string, unknown>>;
type Fail = (what: string) => never;

function messageOf(m: Fields, role: ChatMessage['role'], isCall: boolean, fail: Fail): ChatMessage {
  const written = contentOf(m.content ?? m.value ?? null);
  const list = isCall
    ? callsOf([jsonObject(written)], fail)
    : callsOf(m.tool_calls ?? (m.function_call && [m.function_call]), fail);
  const said = isCall ? '' : list.length > 0 ? (written ?? '') : (written ?? fail('has no text'));
  if (role !== 'assistant') {
    if (list.length > 0) fail('calls a tool and is not the assistant’s');
    const about = { ...textOf('name', m.name), ...textOf('callId', m.tool_call_id) };
    return role === 'tool' ? { role, content: said, ...about } : { role, content: said };
  }
  const thoughts = THOUGHTS.map((name) => m[name]).find((x) => typeof x === 'string' && x.trim() !== '') as
    | string
    | undefined;
  const spoken = withThoughts(said, thoughts);
  const learnt = isLearnt(m, fail) ? {} : ({ learnt: false } as const);
  if (list.length === 0) return { role, content: spoken, ...learnt };
  const written_calls = list.map(
    (call) => `<tool_call>\n${JSON.stringify({ name: call.name, arguments: call.arguments })}\n</tool_call>`,
  );
  const content = [spoken, ...written_calls].filter((part) => part !== '').join('\n');
  return { role, content, calls: { said: spoken, list }, ...learnt };
}

/** An answer behind its thoughts, as reasoning models write them. */
export const withThoughts = (said: string, thoughts: string | undefined): string =>
  thoughts === undefined || said.includes('</think>') ? said : `<think>\n${thoughts.trim()}\n</think>\n\n${said}`;

/** A message's text: a text, or a list of parts {type: "text", text}; null for anything else, such as an image. */
function contentOf(content: unknown): string | null {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return null;
  let thoughts = '';
  const parts = content.map((part: unknown) => {
    const p = isRecord(part) ? part : {};
    if (p.type !== 'thinking' || typeof p.thinking !== 'string') return typeof p.text === 'string' ? p.text : null;
    thoughts += p.thinking;
    return '';
  });
  if (parts.length === 0 || parts.includes(null)) return null;
  return withThoughts(parts.join(''), thoughts === '' ? undefined : thoughts);
}

/** OpenAI's tool_calls, its earlier function_call, and {name, arguments} alone. */
function callsOf(value: unknown, fail: Fail): ToolCall[] {
  const calls = typeof value === 'string' ? jsonObject(value) : value;
  if (calls === undefined || calls === null || calls === '') return [];
  if (!Array.isArray(calls)) return fail(`has the tool calls ${shown(calls)}, no list`);
  return calls.map((call: unknown) => {
    const f = isRecord(call) && isRecord(call.function) ? call.function : isRecord(call) ? call : {};
    if (typeof f.name !== 'string') return fail(`has the tool call ${shown(call)} without a name`);
    const given = f.arguments ?? f.parameters ?? {};
    const id = isRecord(call) && typeof call.id === 'string' ? { id: call.id } : {};
    return {
      name: f.name,
      arguments: typeof given === 'string' ? (jsonObject(given) ?? given) : plainJson(given),
      ...id,
    };
  });
}

function isLearnt(m: Fields, fail: Fail): boolean {
  return MASKS.every((name) => {
    const value = m[name];
    if (value === undefined || value === null) return true;
    if (typeof value === 'boolean') return value;
    const weight = Number(value);
    if (weight === 0 || weight === 1) return weight === 1;
    return fail(`has the ${name} ${shown(value)}: it is learnt (1) or not (0)`);
  });
}

const textOf = <K extends string>(key: K, value: unknown) =>
  (typeof value === 'string' ? { [key]: value } : {}) as Partial<Record<K, string>>;

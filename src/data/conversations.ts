/** Examples for supervised training, in the formats that people keep them. */
import type { Wanted } from './breath';
import type { ByteSource } from './bytes';
import { BadInput } from './errors';
import { COMPLETION, CONTEXT, HISTORY, MESSAGES, SYSTEM, THOUGHTS, TOOLS } from './field-names';
import { gsm8kToLearn } from './gsm8k';
import { jsonObject, plainJson } from './json';
import { type ChatMessage, messagesOf, unusedOf, withThoughts } from './message';
import { contextual } from './question';
import { type DataRecord, field, isRecord, type Line, readRecords, recordAgain, shown, textField } from './records';

/** A conversation to learn from: the assistant's turns are what is learnt. */
export interface Conversation {
  readonly messages: readonly ChatMessage[];
  /** Came as {prompt, completion}: for a model without a chat template these are the text itself, word for word. */
  readonly pair: boolean;
  /** Descriptions of the tools that may be called. */
  readonly tools?: readonly unknown[];
  /** Fields of the record that nothing is made of. */
  readonly unused?: readonly string[];
  /** Where it lies, of one that can be read again. */
  readonly line?: Line;
}

/**
 * Conversations of a file: {messages: [{role, content}]} (or ShareGPT's conversations with from and value), {prompt,
 * completion} as texts or as lists of messages, {question, answer}, or {instruction, input, output}; `system`, `history`,
 * a context, thoughts and tools beside them. Throws BadInput naming file, line, field and the mend.
 */
export async function* conversationsIn(file: ByteSource, wanted?: Wanted): AsyncGenerator<Conversation> {
  for await (const record of readRecords(file, wanted)) yield conversationOf(record);
}

/** A conversation that was read before. Throws BadInput where it is none any more. */
export const conversationAgain = async (line: Line): Promise<Conversation> => conversationOf(await recordAgain(line));

function conversationOf(record: DataRecord): Conversation {
  const reading = new Reading(record);
  const { where, line } = record;
  const listed = reading.take(MESSAGES);
  const { messages, pair } = listed ? { messages: messagesOf(listed, where), pair: false } : asked(reading, where);
  if (!messages.some((m) => m.role === 'assistant'))
    throw new BadInput('no message is the assistant’s', where, 'Add what the model shall learn to say.');
  const own = messages[0].role === 'system';
  const system = own ? null : reading.text(SYSTEM);
  const tools = toolsOf(reading.take(TOOLS), where);
  return {
    messages: system === null ? messages : [{ role: 'system', content: system }, ...messages],
    pair: pair && system === null,
    ...(tools.length > 0 ? { tools } : {}),
    ...reading.rest(),
    ...(line ? { line } : {}),
  };
}

/** A question and what answers it, each a text or messages, with the turns before them. */
function asked(reading: Reading, where: string): { messages: ChatMessage[]; pair: boolean } {
  const { fields } = reading.record;
  const isInstruction = field(reading.record, ['instruction']) !== null;
  const prompt = reading.turns(isInstruction ? ['instruction'] : ['prompt', 'question', 'problem', 'query'], 'user');
  const completion = reading.turns(COMPLETION, 'assistant');
  if (prompt === null || completion === null)
    throw new BadInput(
      `there is no ${prompt === null ? 'prompt' : 'completion'}`,
      where,
      'Write {"messages": [{"role", "content"}, …]} or {"prompt": …, "completion": …}.',
    );
  const input = isInstruction ? reading.text(['input']) : null;
  const context = contextual(reading.take(CONTEXT), where);
  const thoughts = reading.text(THOUGHTS) ?? undefined;
  const history = historyOf(reading.take(HISTORY), where);
  const last = prompt.length - 1;
  const question = [context, prompt[last].content, input].filter((part) => part !== null && part !== '').join('\n\n');
  const answer = completion.map((m, i) => (i === 0 ? { ...m, content: withThoughts(m.content, thoughts) } : m));
  const isText = typeof fields.prompt === 'string' && typeof fields.completion === 'string';
  return {
    messages: [...history, ...prompt.slice(0, last), { ...prompt[last], content: question }, ...answer],
    pair: isText && !isInstruction && history.length === 0,
  };
}

/** Alpaca's turns before the question: [[asked, answered], …], or messages. */
function historyOf(value: unknown, where: string): ChatMessage[] {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
  if (Array.isArray(value) && value.every(isRecord)) return messagesOf(value, where);
  const isPair = (turn: unknown): turn is [string, string] =>
    Array.isArray(turn) && turn.length === 2 && turn.every((text) => typeof text === 'string');
  if (!Array.isArray(value) || !value.every(isPair))
    throw new BadInput(`"history" is ${shown(value)}`, where, 'Write it as [[question, answer], …].');
  return value.flatMap(([question, answer]): ChatMessage[] => [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ]);
}

/** A list of descriptions, or JSON of one. */
function toolsOf(value: unknown, where: string): readonly unknown[] {
  const tools = typeof value === 'string' ? jsonObject(value) : plainJson(value);
  if (value === undefined || (Array.isArray(tools) && tools.every(isRecord))) return (tools ?? []) as unknown[];
  throw new BadInput(`"tools" is ${shown(value)}`, where, 'Write a list of {"type": "function", "function": …}.');
}

/** A record's fields, and which of them nobody has asked for. */
class Reading {
  private readonly taken = new Set<string>();

  constructor(readonly record: DataRecord) {}

  /** The first of `names` that is there, as it is. */
  take(names: readonly string[]): unknown {
    const found = field(this.record, names);
    if (found) this.taken.add(found.name);
    return found?.value;
  }

  text(names: readonly string[]): string | null {
    return this.take(names) === undefined ? null : textField(this.record, names);
  }

  /** A field's text as one turn of `role`, or its list of messages; null where it is missing. */
  turns(names: readonly string[], role: 'user' | 'assistant'): ChatMessage[] | null {
    const found = field(this.record, names);
    const value = this.take(names);
    if (Array.isArray(value) && value.some(isRecord)) return messagesOf(value, this.record.where);
    const content = this.text(names);
    if (content === null) return null;
    const isGsm8k = found?.name === 'answer' && field(this.record, ['question']) !== null;
    return [{ role, content: role === 'assistant' ? gsm8kToLearn(content, isGsm8k) : content }];
  }

  /** Fields with something in them that were not asked for. */
  rest(): { unused?: string[] } {
    const { fields, unread = [] } = this.record;
    const names = Object.keys(fields).filter((name) => !this.taken.has(name) && field(this.record, [name]) !== null);
    const lists = [...this.taken].map((name) => [name, fields[name]] as const);
    const inMessages = lists.flatMap(([name, list]) =>
      Array.isArray(list) ? list.flatMap(unusedOf).map((key) => `${name}.${key}`) : [],
    );
    const unused = [...new Set([...names, ...unread, ...inMessages])];
    return unused.length > 0 ? { unused } : {};
  }
}

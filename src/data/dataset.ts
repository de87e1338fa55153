/** Datasets of people's own: problems with verifiable answers, and examples for supervised training. */
import type { ChatMessage } from './chat';
import { BadInput } from './errors';
import { finalAnswer } from './maths';
import { hash32 } from './random';
import { type DataRecord, field, isRecord, readRecords, shown, textField } from './records';
import type { Problem, Split } from './types';

const QUESTION = ['question', 'problem', 'prompt', 'query', 'instruction', 'input'];
const SOLUTION = ['solution', 'rationale', 'explanation', 'reasoning', 'response'];
const ANSWER = ['answer', 'final_answer', 'expected_answer', 'ground_truth', 'target', 'label'];

/** Share of a dataset that is held out, in 1/64. */
const HELD_OUT = 8;

/** The split of a question: by its text alone, so that it stays where it is when a file grows. */
export function splitOfQuestion(question: string): Split {
  const codes = Array.from(question.trim().toLowerCase(), (c) => c.codePointAt(0) ?? 0);
  return hash32(codes) % 64 < HELD_OUT ? 'heldout' : 'train';
}

/**
 * Problems of a JSONL, JSON or parquet file with a question, an answer and, where there is one, a solution, under their
 * common names. GSM8K's format (the answer field holds the solution and "#### 42"), MATH's (the answer boxed in the
 * solution) and verl's (a list of messages as the prompt, reward_model.ground_truth) are recognised. Throws BadInput
 * naming file, line, field and the mend.
 */
export async function readProblems(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<Problem[]> {
  return problemsOf(await readRecords(bytes, file), file);
}

/** The problems of a file's records; see readProblems. */
export function problemsOf(records: readonly DataRecord[], file: string): Problem[] {
  const ids = new Map<string, string>();
  return records.map((record, i) => {
    const problem = problemOf(record, `${file}/${String(i).padStart(6, '0')}`);
    const earlier = ids.get(problem.id);
    if (earlier)
      throw new BadInput(
        `the id "${problem.id}" is that of ${earlier} too`,
        record.where,
        'Give each problem its own id.',
      );
    ids.set(problem.id, record.where);
    return problem;
  });
}

/** True where a record asks something in words. */
export const hasQuestion = (record: DataRecord): boolean => field(record, QUESTION) !== null;

function problemOf(record: DataRecord, fallbackId: string): Problem {
  const question = questionOf(record);
  if (question === null)
    throw new BadInput('the question is missing', record.where, `Add one of the fields ${QUESTION.join(', ')}.`);
  const { solution, answer } = answerOf(record);
  if (!answer)
    throw new BadInput(
      'the answer is missing',
      record.where,
      `Add one of the fields ${ANSWER.join(', ')}, or end the solution with "#### 42" or \\boxed{42}.`,
    );
  return { id: textField(record, ['id', 'unique_id']) ?? fallbackId, question, solution, answer, facts: {} };
}

/** A text, or what the user says in a list of messages (a system message before it included). */
function questionOf(record: DataRecord): string | null {
  const found = field(record, QUESTION);
  if (!found || !Array.isArray(found.value) || !found.value.some(isRecord)) return textField(record, QUESTION);
  const messages = messagesOf(found.value, record.where);
  if (messages.some((m) => m.role === 'assistant'))
    throw new BadInput(`"${found.name}" holds an answer`, record.where, 'It must end with what the user asks.');
  return messages.map((m) => m.content).join('\n\n');
}

/** The short answer, and the worked solution where there is one. */
function answerOf(record: DataRecord): { solution: string | null; answer: string | null } {
  const worked = textField(record, SOLUTION);
  const graded = record.fields.reward_model;
  const given =
    textField(record, ANSWER) ?? (isRecord(graded) ? textField({ ...record, fields: graded }, ANSWER) : null);
  if (given === null) return { solution: worked, answer: worked === null ? null : finalAnswer(worked) };
  const gsm = gsmParts(given);
  if (gsm) return { solution: gsm.solution ?? worked, answer: gsm.answer };
  if (!given.includes('\\boxed')) return { solution: worked, answer: given.trim() };
  // The answer field holds a whole solution, or the answer in its box.
  const isWhole = /\S/.test(given.replace(/\$|\\boxed\{[^\n]*\}/g, ''));
  return { solution: worked ?? (isWhole ? given : null), answer: finalAnswer(given) };
}

/** GSM8K's "steps #### answer": the answer, and the steps without calculator marks, ending as the verifier reads it. */
function gsmParts(text: string): { solution: string | null; answer: string } | null {
  const at = text.lastIndexOf('####');
  if (at < 0) return null;
  const answer = text.slice(at + 4).trim();
  const steps = text
    .slice(0, at)
    .replace(/<<[^>]*>>/g, '')
    .trim();
  return { answer, solution: steps === '' ? null : `${steps}\nThe answer is \\boxed{${answer}}.` };
}

/** A conversation to learn from: the assistant's turns are what is learnt. */
export interface Conversation {
  readonly messages: readonly ChatMessage[];
  /** Came as {prompt, completion}: for a model without a chat template these are the text itself, word for word. */
  readonly pair: boolean;
}

/**
 * Conversations of a JSONL, JSON or parquet file: {messages: [{role, content}]} (or ShareGPT's conversations with from
 * and value), {prompt, completion} as texts or as lists of messages, {question, answer}, or {instruction, input, output}.
 * Throws BadInput naming file, line, field and the mend.
 */
export async function readConversations(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<Conversation[]> {
  return (await readRecords(bytes, file)).map(conversationOf);
}

const COMPLETION = ['completion', 'output', 'response', 'solution', 'answer'];

function conversationOf(record: DataRecord): Conversation {
  const { where } = record;
  const listed = field(record, ['messages', 'conversations']);
  if (listed) return learnable(messagesOf(listed.value, where), where, false);
  const system = textField(record, ['system', 'system_prompt']);
  const instruction = textField(record, ['instruction']);
  const prompt = turnsOf(record, instruction === null ? ['prompt', 'question', 'problem'] : ['instruction'], 'user');
  const completion = turnsOf(record, COMPLETION, 'assistant');
  if (prompt === null || completion === null)
    throw new BadInput(
      `there is no ${prompt === null ? 'prompt' : 'completion'}`,
      where,
      'Write {"messages": [{"role", "content"}, …]} or {"prompt": …, "completion": …}.',
    );
  const input = instruction === null ? null : textField(record, ['input']);
  const asked = input === null ? prompt : [{ ...prompt[0], content: `${prompt[0].content}\n\n${input}` }];
  const before: ChatMessage[] = system === null ? [] : [{ role: 'system', content: system }];
  const { fields } = record;
  const pair = system === null && typeof fields.prompt === 'string' && typeof fields.completion === 'string';
  return learnable([...before, ...asked, ...completion], where, instruction === null && pair);
}

/** A field's text as one turn of `role`, or its list of messages; null where it is missing. */
function turnsOf(record: DataRecord, names: readonly string[], role: 'user' | 'assistant'): ChatMessage[] | null {
  const found = field(record, names);
  if (found && Array.isArray(found.value) && found.value.some(isRecord)) return messagesOf(found.value, record.where);
  const text = textField(record, names);
  if (text === null) return null;
  const gsm = role === 'assistant' ? gsmParts(text) : null; // its calculator marks are nothing to learn
  return [{ role, content: gsm?.solution ?? text }];
}

function learnable(messages: ChatMessage[], where: string, pair: boolean): Conversation {
  if (!messages.some((m) => m.role === 'assistant'))
    throw new BadInput('no message is the assistant’s', where, 'Add what the model shall learn to say.');
  return { messages, pair };
}

const ROLES: Record<string, ChatMessage['role']> = {
  system: 'system',
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  gpt: 'assistant',
  model: 'assistant',
};

function messagesOf(value: unknown, where: string): ChatMessage[] {
  const mend = 'Write a list of {"role": "system" | "user" | "assistant", "content": text}.';
  if (!Array.isArray(value) || value.length === 0)
    throw new BadInput(`the messages are ${shown(value)}, no list`, where, mend);
  return value.map((message: unknown, i): ChatMessage => {
    const m = isRecord(message) ? message : {};
    const role = m.role ?? m.from;
    if (typeof role !== 'string' || !Object.hasOwn(ROLES, role))
      throw new BadInput(`message ${i + 1} has the role ${shown(role)}`, where, mend);
    const content = contentOf(m.content ?? m.value);
    if (content === null) throw new BadInput(`message ${i + 1} has no text`, where, mend);
    return { role: ROLES[role], content };
  });
}

/** A message's text: a text, or a list of parts {type: "text", text}; null for anything else, such as an image. */
function contentOf(content: unknown): string | null {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return null;
  const parts = content.map((part: unknown) => (isRecord(part) && typeof part.text === 'string' ? part.text : null));
  return parts.length === 0 || parts.includes(null) ? null : parts.join('');
}

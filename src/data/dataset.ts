/** Datasets of people's own: problems with verifiable answers, and examples for supervised training. */
import type { ChatMessage } from './chat';
import { BadInput } from './errors';
import { finalAnswer } from './maths';
import { hash32 } from './random';
import { type DataRecord, readRecords, textField } from './records';
import type { Problem, Split } from './types';

const QUESTION = ['question', 'problem', 'prompt', 'query', 'input'];
const SOLUTION = ['solution', 'rationale', 'explanation', 'reasoning', 'response'];
const ANSWER = ['answer', 'final_answer', 'expected_answer', 'target', 'label'];

/** Share of a dataset that is held out, in 1/64. */
const HELD_OUT = 8;

/** The split of a question: by its text alone, so that it stays where it is when a file grows. */
export function splitOfQuestion(question: string): Split {
  const codes = Array.from(question.trim().toLowerCase(), (c) => c.codePointAt(0) ?? 0);
  return hash32(codes) % 64 < HELD_OUT ? 'heldout' : 'train';
}

/**
 * Problems of a JSONL or parquet file with a question, an answer and, where there is one, a solution, under their common
 * names. GSM8K's format (the answer field holds the solution and "#### 42") and MATH's (the answer boxed in the solution)
 * are recognised. Throws BadInput naming file, line, field and the mend.
 */
export async function readProblems(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<Problem[]> {
  const records = await readRecords(bytes, file);
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

function problemOf(record: DataRecord, fallbackId: string): Problem {
  const question = textField(record, QUESTION);
  if (question === null)
    throw new BadInput('the question is missing', record.where, `Add one of the fields ${QUESTION.join(', ')}.`);
  const given = textField(record, ANSWER);
  const worked = textField(record, SOLUTION);
  const gsm = given !== null && /####/.test(given);
  const solution = gsm ? cleanGsm(given) : worked;
  const answer = gsm ? given.split('####').pop()?.trim() : (given ?? (worked === null ? null : finalAnswer(worked)));
  if (!answer)
    throw new BadInput(
      'the answer is missing',
      record.where,
      `Add one of the fields ${ANSWER.join(', ')}, or end the solution with "#### 42" or \\boxed{42}.`,
    );
  return { id: textField(record, ['id', 'unique_id']) ?? fallbackId, question, solution, answer, facts: {} };
}

/** GSM8K's worked solution without its calculator marks and its last line. */
function cleanGsm(answer: string): string {
  const [steps, ...rest] = answer.split('####');
  const shown = steps.replace(/<<[^>]*>>/g, '').trim();
  return `${shown}\nThe answer is \\boxed{${rest.join('').trim()}}.`;
}

/** A conversation to learn from: the assistant's turns are what is learnt. */
export interface Conversation {
  readonly messages: readonly ChatMessage[];
}

/**
 * Conversations of a JSONL or parquet file: {messages: [{role, content}]}, {prompt, completion}, {question, answer}, or
 * {instruction, input, output}. Throws BadInput naming file, line, field and the mend.
 */
export async function readConversations(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<Conversation[]> {
  return (await readRecords(bytes, file)).map(conversationOf);
}

function conversationOf(record: DataRecord): Conversation {
  const { fields, where } = record;
  const listed = fields.messages ?? fields.conversations;
  if (listed !== undefined) return { messages: messagesOf(listed, where) };
  const instruction = textField(record, ['instruction']);
  const prompt = instruction ?? textField(record, ['prompt', 'question', 'problem']);
  const completion = textField(record, ['completion', 'output', 'response', 'solution', 'answer']);
  if (prompt === null || completion === null)
    throw new BadInput(
      `there is no ${prompt === null ? 'prompt' : 'completion'}`,
      where,
      'Write {"messages": [{"role", "content"}, …]} or {"prompt": …, "completion": …}.',
    );
  const input = instruction !== null && fields.input ? textField(record, ['input']) : null;
  return {
    messages: [
      { role: 'user', content: input === null ? prompt : `${prompt}\n\n${input}` },
      { role: 'assistant', content: completion },
    ],
  };
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
  if (!Array.isArray(value) || value.length === 0) throw new BadInput('"messages" is no list', where, mend);
  const messages = value.map((m: unknown, i): ChatMessage => {
    const { role, content, from, value: text } = (m ?? {}) as Record<string, unknown>;
    const known = ROLES[String(role ?? from)];
    const said = content ?? text;
    if (!known || typeof said !== 'string')
      throw new BadInput(`message ${i + 1} has the role ${JSON.stringify(role ?? from)} and no text`, where, mend);
    return { role: known, content: said };
  });
  if (!messages.some((m) => m.role === 'assistant'))
    throw new BadInput('no message is the assistant’s', where, 'Add what the model shall learn to say.');
  return messages;
}

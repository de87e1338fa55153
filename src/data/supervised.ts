/**
 * Conversations as token ids, with what is to be learnt marked: the assistant's words and the token that ends each turn.
 *
 * The ids are those of the whole text wherever the prompt's ids begin it, so always where a special token stands between
 * prompt and answer. Where a token would reach across that border, prompt and answer are encoded apart: the model reads
 * the prompt as it does when it generates.
 */
import type { ChatTemplate } from './chat';
import type { Conversation } from './conversations';
import { BadInput } from './errors';
import type { ChatMessage } from './message';
import { hasEnded } from './tokenizer';
import type { SupervisedExample, Tokenizer } from './types';

/** Whether a conversation is taken word for word: a prompt and its completion, for a model without a chat template. */
const isVerbatim = ({ pair }: Conversation, template: ChatTemplate): boolean => pair && !template.ofModel;

/** What the model reads before the first answer that is learnt. Throws BadInput where the template fails. */
export function promptOf(conversation: Conversation, template: ChatTemplate): string {
  const { messages } = conversation;
  if (isVerbatim(conversation, template)) return messages[0].content;
  return promptBefore(conversation, messages.findIndex(isLearnt), template);
}

const isLearnt = ({ role, learnt }: ChatMessage): boolean => role === 'assistant' && learnt !== false;

/** That answer, as the data have it. */
export const answerOf = ({ messages }: Conversation): string => messages.find(isLearnt)?.content ?? '';

/**
 * Ids and loss mask of a conversation. An answer that the dataset masks is read and not learnt. Of a template that rewrites what came before (reasoning templates drop the
 * thoughts of earlier turns), only the last answers are learnt that stand as the model will have said them. Throws
 * BadInput where a text cannot be encoded, and where not even the last answer continues its prompt.
 */
export function supervisedExample(
  conversation: Conversation,
  tokenizer: Tokenizer,
  template: ChatTemplate,
  where: string,
): SupervisedExample {
  const { messages } = conversation;
  const text = new LearntText(tokenizer);
  if (isVerbatim(conversation, template)) {
    text.add(messages[0].content, 0);
    text.add(messages[1].content, 1);
    text.end();
    return text.example();
  }
  if (!messages.some(isLearnt))
    throw new BadInput('Every answer is masked: nothing is to be learnt', where, 'Give one the weight 1.');
  const { tools } = conversation;
  const turns = messages.flatMap((m, i) => {
    if (m.role !== 'assistant') return [];
    const before = promptBefore(conversation, i, template);
    const after = template.render(messages.slice(0, i + 1), { addGenerationPrompt: false, thinking: false, tools });
    return [{ before, after, continues: after.startsWith(before), learnt: isLearnt(m) }];
  });
  // What stands behind the last answer to learn need not be read.
  while (!turns[turns.length - 1].learnt) turns.pop();
  let first = turns.length - 1;
  if (!turns[first]?.continues)
    throw new BadInput(
      'The chat template writes the last answer other than behind its prompt',
      where,
      'Leave out of the answer what the template changes, or use another model.',
    );
  while (first > 0 && turns[first - 1].continues && turns[first].before.startsWith(turns[first - 1].after)) first--;

  let shown = '';
  for (const { before, after, learnt } of turns.slice(first)) {
    text.add(before.slice(shown.length), 0);
    // Templates end a turn with an end token and a line break: what follows the end token is not the model's to say.
    const said = after.slice(before.length);
    const end = text.endOf(said);
    const own = said.slice(0, end ?? said.length);
    text.add(own, learnt ? 1 : 0);
    if (end === null && learnt) text.end();
    text.add(said.slice(own.length), 0);
    shown = after;
  }
  return text.example();
}

/** What the model reads before message i; an answer with thoughts follows a prompt that lets it think. */
function promptBefore({ messages, tools }: Conversation, i: number, template: ChatTemplate): string {
  const thinking = messages[i].content.includes('</think>');
  return template.render(messages.slice(0, i), { addGenerationPrompt: true, thinking, tools });
}

/** Ids and loss mask growing together. */
class LearntText {
  private text = '';
  private readonly ids: number[] = [];
  private readonly lossMask: number[] = [];
  private readonly endTokens: readonly string[];

  constructor(private readonly tokenizer: Tokenizer) {
    this.endTokens = tokenizer.endIds.map((id) => tokenizer.token(id)).filter((token) => token !== '');
  }

  add(piece: string, learnt: 0 | 1): void {
    if (piece === '') return;
    this.text += piece;
    const whole = this.wholeText();
    const begins = whole !== null && this.ids.every((id, i) => id === whole[i]);
    for (const id of begins ? whole.slice(this.ids.length) : this.tokenizer.encode(piece)) this.push(id, learnt);
  }

  /** Ids of the text so far; null where it is none: words of a word-level vocabulary must not touch. */
  private wholeText(): number[] | null {
    try {
      return this.tokenizer.encode(this.text);
    } catch (error) {
      if (error instanceof BadInput) return null;
      throw error;
    }
  }

  /** Where the last end token in a turn's words stops; null without one. */
  endOf(said: string): number | null {
    const ends = this.endTokens.map((token) => [said.lastIndexOf(token), token.length]).filter(([at]) => at >= 0);
    return ends.length === 0 ? null : Math.max(...ends.map(([at, length]) => at + length));
  }

  /** The end token, where the text has not said one. */
  end(): void {
    if (hasEnded(this.tokenizer, this.ids)) return;
    const { eosId } = this.tokenizer;
    this.text += this.tokenizer.token(eosId);
    this.push(eosId, 1);
  }

  private push(id: number, learnt: 0 | 1): void {
    this.ids.push(id);
    this.lossMask.push(learnt);
  }

  example(): SupervisedExample {
    return { ids: this.ids, lossMask: this.lossMask };
  }
}

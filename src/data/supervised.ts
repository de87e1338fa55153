/** Conversations as token ids, with what is to be learnt marked. */
import type { ChatTemplate } from './chat';
import type { Conversation } from './dataset';
import { BadInput } from './errors';
import type { SupervisedExample, Tokenizer } from './types';

/** Whether a conversation is taken word for word: a prompt and its completion, for a model without a chat template. */
const isVerbatim = ({ pair }: Conversation, template: ChatTemplate): boolean => pair && !template.ofModel;

/** What the model reads before its first answer. Throws BadInput where the template fails. */
export function promptOf(conversation: Conversation, template: ChatTemplate): string {
  const { messages } = conversation;
  if (isVerbatim(conversation, template)) return messages[0].content;
  const first = messages.findIndex((m) => m.role === 'assistant');
  return template.render(messages.slice(0, first), { addGenerationPrompt: true, thinking: false });
}

/** The first answer, as the data have it. */
export const answerOf = ({ messages }: Conversation): string =>
  messages.find((m) => m.role === 'assistant')?.content ?? '';

/**
 * Ids and loss mask of a conversation: the assistant's turns with the token that ends each are learnt, nothing else.
 * Throws BadInput where a text cannot be encoded, and where the template rewrites what came before an answer, so that
 * the answer cannot be told apart.
 */
export function supervisedExample(
  conversation: Conversation,
  tokenizer: Tokenizer,
  template: ChatTemplate,
  where: string,
): SupervisedExample {
  const { messages } = conversation;
  const render = (n: number, addGenerationPrompt: boolean) =>
    template.render(messages.slice(0, n), { addGenerationPrompt, thinking: false });
  const ids: number[] = [];
  const lossMask: number[] = [];
  const add = (text: string, learnt: 0 | 1) => {
    if (text === '') return;
    const piece = tokenizer.encode(text);
    ids.push(...piece);
    lossMask.push(...piece.map(() => learnt));
  };
  const end = tokenizer.token(tokenizer.eosId);
  if (isVerbatim(conversation, template)) {
    add(messages[0].content, 0);
    add(messages[1].content, 1);
    if (ids.at(-1) !== tokenizer.eosId) {
      ids.push(tokenizer.eosId);
      lossMask.push(1);
    }
    return { ids, lossMask };
  }
  let shown = '';
  messages.forEach((message, i) => {
    if (message.role !== 'assistant') return;
    const before = render(i, true);
    const after = render(i + 1, false);
    if (!before.startsWith(shown) || !after.startsWith(before)) {
      // Reasoning templates drop the thoughts of earlier turns; then only the last answer can be learnt as it stands.
      throw new BadInput(
        'The chat template rewrites earlier turns',
        where,
        'Split the conversation so that each example ends with the answer to be learnt.',
      );
    }
    add(before.slice(shown.length), 0);
    // Templates end a turn with the end token and a line break: what follows the end token is not the model's to say.
    const said = after.slice(before.length);
    const at = said.lastIndexOf(end);
    const own = at < 0 ? said : said.slice(0, at + end.length);
    add(own, 1);
    if (at < 0) {
      ids.push(tokenizer.eosId);
      lossMask.push(1);
    }
    add(said.slice(own.length), 0);
    shown = after;
  });
  return { ids, lossMask };
}

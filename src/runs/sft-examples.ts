/** Conversations as a model's examples: what is learnt, what is held out, what is left out and why. */
import { BOUNDS } from '../data/bounds';
import { pacing, type Wanted } from '../data/breath';
import { type ChatTemplate, chatTemplate } from '../data/chat';
import type { Conversation } from '../data/conversations';
import { splitOfQuestion } from '../data/dataset';
import { BadInput } from '../data/errors';
import { hash32 } from '../data/random';
import { answerOf, promptOf, supervisedExample } from '../data/supervised';
import type { SupervisedExample } from '../data/types';
import type { LoadedModel } from '../library/open-model';
import { firstPredicted } from '../model/net/supervised';
import type { SftConfig } from '../settings/settings-sft';
import type { DataPreview, ExampleLosses, UnusedField } from './sft-events';

/** What the held-out loss is measured on, at most. */
const HELD_OUT_AT_MOST = 64;

/** A held-out example, to measure and to answer. */
export interface HeldOutExample {
  readonly example: SupervisedExample;
  readonly prompt: string;
  readonly expected: string;
}

/** An example that cannot be used, by its number in the file (from 1). */
export interface LeftOut {
  readonly number: number;
  readonly why: string;
}

/** What is learnt from, an example at a time. */
export interface Examples {
  readonly train: TrainExamples;
  readonly heldOut: readonly HeldOutExample[];
  readonly leftOut: readonly LeftOut[];
  readonly unused: UnusedField[];
  /** Longest example that is used, tokens. */
  readonly longest: number;
  /** Of the ids to learn from, in order: a run goes on only with the examples that it began with. */
  readonly fingerprint: number;
}

type Named = Pick<LoadedModel, 'tokenizer' | 'where' | 'text' | 'config'>;

/** Tokens of examples that are kept as they were written; the others are written again when they are drawn. */
const KEPT_TOKENS = 4_000_000;

/** A conversation that can be used. */
interface Usable {
  readonly conversation: Conversation;
  readonly tokens: number;
  /** null: to be written again. */
  readonly example: SupervisedExample | null;
}

/** The examples to learn from; of a large file only its first ones are in memory as tokens. */
export class TrainExamples {
  constructor(
    private readonly usable: readonly Usable[],
    private readonly write: (conversation: Conversation) => SupervisedExample,
  ) {}

  get length(): number {
    return this.usable.length;
  }

  /** Of all together. */
  get tokens(): number {
    return this.usable.reduce((n, { tokens }) => n + tokens, 0);
  }

  at(i: number): SupervisedExample {
    const { example, conversation } = this.usable[i];
    return example ?? this.write(conversation);
  }

  *[Symbol.iterator](): Generator<SupervisedExample> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }
}

/**
 * Writes every conversation in the model's words, one after another, and splits them: one in eight is held out, by its text
 * alone, or the last one of a file too small for that. What is written is kept up to `keptTokens`. Throws BadInput where
 * nothing is left to learn from.
 */
export async function examplesFor(
  model: Named,
  conversations: readonly Conversation[],
  file: string,
  maxLength: number,
  { keptTokens = KEPT_TOKENS, ...wanted }: Wanted & { keptTokens?: number } = {},
): Promise<Examples> {
  const template = chatTemplate(model.tokenizer, model.where);
  const most = Math.min(maxLength, model.config.maxPositions);
  const [train, heldOut]: [Usable[], Usable[]] = [[], []];
  const leftOut: LeftOut[] = [];
  let [longest, room, fingerprint, before] = [0, keptTokens, 0, 0];
  const pace = pacing(wanted);
  for (const [i, conversation] of conversations.entries()) {
    await pace(i, conversations.length);
    const number = i + 1;
    const example = written(model, template, conversation, `${file}, example ${number}`, most);
    if (typeof example === 'string') {
      leftOut.push({ number, why: example });
      continue;
    }
    const tokens = example.ids.length;
    longest = Math.max(longest, tokens);
    room -= tokens;
    const isTrain = splitOfQuestion(conversation.messages.map((m) => m.content).join('\n')) === 'train';
    (isTrain ? train : heldOut).push({ conversation, tokens, example: room < 0 ? null : example });
    if (isTrain) [before, fingerprint] = [fingerprint, hash32([fingerprint, ...example.ids])];
  }
  // A file too small for one in eight holds out its last example.
  if (train.length > 1 && heldOut.length === 0) {
    heldOut.push(train.pop() as Usable);
    fingerprint = before;
  }
  if (train.length === 0) throw nothingToLearn(conversations.length, leftOut, file);
  const write = (conversation: Conversation) => supervisedExample(conversation, model.text, template, file);
  return {
    train: new TrainExamples(train, write),
    heldOut: heldOut.slice(0, HELD_OUT_AT_MOST).map(({ example, conversation: c }) => {
      return { example: example ?? write(c), prompt: promptOf(c, template), expected: answerOf(c) };
    }),
    ...{ leftOut, unused: unusedFields(conversations, template), longest, fingerprint },
  };
}

/** Fields that are in the data and not in what the model reads, the most frequent first. */
function unusedFields(conversations: readonly Conversation[], template: ChatTemplate): UnusedField[] {
  const counts = new Map<string, number>();
  for (const { unused = [], tools } of conversations)
    for (const name of tools && !template.knowsTools ? [...unused, 'tools'] : unused)
      counts.set(name, (counts.get(name) ?? 0) + 1);
  const all = [...counts].map(([name, examples]) => ({ name, examples }));
  return all.sort((a, b) => b.examples - a.examples).slice(0, BOUNDS.unusedFields);
}

/** The example, or why it is left out. */
function written(
  model: Named,
  template: ChatTemplate,
  conversation: Conversation,
  where: string,
  most: number,
): SupervisedExample | string {
  try {
    if (isFarLonger(conversation, model, template, most)) return `more than ${most} tokens`;
    const example = supervisedExample(conversation, model.text, template, where);
    const { length } = example.ids;
    return length <= most ? example : `${length} tokens, longer than ${most}`;
  } catch (error) {
    if (error instanceof BadInput) return error.what;
    throw error;
  }
}

/** Characters or messages for each token that an example may have, from which on it is looked at before it is written. */
const SUSPECT = { characters: 16, messages: 64 };
/** Whole and piece by piece a text has about as many tokens. */
const DOUBT = { times: 2, more: 1024 };

/**
 * Whether an example has far more than `most` tokens: it would be left out anyhow, and to write it takes the square of its
 * messages. Most are too short for the question.
 */
function isFarLonger({ messages, tools }: Conversation, model: Named, template: ChatTemplate, most: number): boolean {
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  if (characters < SUSPECT.characters * most && messages.length < SUSPECT.messages) return false;
  const whole = template.render(messages, { addGenerationPrompt: false, thinking: false, tools });
  return model.text.encode(whole).length > DOUBT.times * most + DOUBT.more;
}

function nothingToLearn(count: number, leftOut: readonly LeftOut[], file: string): BadInput {
  const [first] = leftOut;
  return new BadInput(
    first
      ? `of ${count} examples none can be learnt from: ${leftOut.length} are left out (example ${first.number}: ${first.why})`
      : `of ${count} examples all are held out`,
    file,
    first
      ? 'Raise maxLength, choose data in the model’s own words, or another model.'
      : 'Add examples (one in eight is held out).',
  );
}

/** Examples of a batch that are shown, and their tokens together: more would be slow to draw and long to store. */
const SHOWN = { examples: 8, tokens: 2048 };

/** A batch as the page shows it. `logprob` follows the examples, from the first predicted token of each. */
export function batchLosses(
  batch: readonly SupervisedExample[],
  token: (id: number) => string,
  logprob: Float32Array,
): ExampleLosses[] {
  let [at, room] = [0, SHOWN.tokens];
  return batch.slice(0, SHOWN.examples).flatMap((example) => {
    const end = at + example.ids.length - firstPredicted(example);
    const loss = Array.from(logprob.subarray(at, end), (x) => -x);
    const shown = room > 0 ? [exampleLosses(example, token, loss, room)] : [];
    at = end;
    room -= example.ids.length;
    return shown;
  });
}

/** An example as the page shows it: its first tokens, those that are learnt, and their losses where they are known. */
function exampleLosses(
  example: SupervisedExample,
  token: (id: number) => string,
  loss: readonly number[],
  most = SHOWN.tokens,
): ExampleLosses {
  const { ids, lossMask } = example;
  const from = Math.min(firstPredicted(example), most);
  return {
    tokens: ids.slice(0, most).map(token),
    from,
    loss: loss.slice(0, most - from).map((x) => Number(x.toPrecision(4))),
    learnt: lossMask.slice(from, most).map((m) => (m === 1 ? 1 : 0)),
  };
}

/** Reasons shown for what is left out. */
const REASONS = 5;

/** What a run would learn from, without opening the weights. Throws BadInput as examplesFor does. */
export async function previewExamples(
  model: Named,
  conversations: readonly Conversation[],
  { data, maxLength }: SftConfig,
  wanted?: Wanted,
): Promise<DataPreview> {
  const { train, heldOut, leftOut, unused, longest } = await examplesFor(model, conversations, data, maxLength, wanted);
  const warning = model.text.warning;
  return {
    examples: train.length,
    heldOut: heldOut.length,
    leftOut: leftOut.length,
    why: leftOut.slice(0, REASONS),
    unused,
    tokens: train.tokens,
    longest,
    templated: chatTemplate(model.tokenizer, model.where).ofModel,
    first: exampleLosses(train.at(0), (id) => model.text.token(id), []),
    separator: model.text.separator,
    ...(warning === undefined ? {} : { warning }),
  };
}

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
import type { Conversations } from '../library/open-conversations';
import type { LoadedModel } from '../library/open-model';
import { firstPredicted } from '../model/net/supervised';
import type { SftConfig } from '../settings/settings-sft';
import { FarExamples } from './far-examples';
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

/** How many are left out, and the first of them. */
export interface LeftOutExamples {
  readonly count: number;
  readonly first: readonly LeftOut[];
}

/** What is learnt from, an example at a time. */
export interface Examples {
  readonly train: TrainExamples;
  readonly heldOut: readonly HeldOutExample[];
  readonly leftOut: LeftOutExamples;
  readonly unused: UnusedField[];
  /** Longest example that is used, tokens. */
  readonly longest: number;
  /** Of the ids to learn from, in order: a run goes on only with the examples that it began with. */
  readonly fingerprint: number;
}

/** Reasons told for what is left out. */
const REASONS = 5;

type Named = Pick<LoadedModel, 'tokenizer' | 'where' | 'text' | 'config'>;

/** Tokens of examples that are kept as they were written. */
const KEPT_TOKENS = 4_000_000;

/** The examples to learn from: of a large file only the first are in memory, the others are written again when they are drawn. */
class TrainExamples {
  private readonly kept: SupervisedExample[] = [];
  private readonly far: FarExamples;
  private last: { readonly conversation: Conversation; readonly example: SupervisedExample } | null = null;
  /** Of all together. */
  tokens = 0;

  /** @param room tokens of examples that are kept; those after them are far */
  constructor(
    write: (conversation: Conversation) => SupervisedExample,
    private room = KEPT_TOKENS,
  ) {
    this.far = new FarExamples(write);
  }

  get length(): number {
    return this.kept.length + this.far.length;
  }

  /** A held-out example takes room too: what is kept depends on the file alone. */
  passBy({ ids }: SupervisedExample): boolean {
    this.room -= ids.length;
    return this.room >= 0;
  }

  push(conversation: Conversation, example: SupervisedExample): void {
    if (this.passBy(example)) this.kept.push(example);
    else this.far.push(conversation, example);
    this.tokens += example.ids.length;
    this.last = { conversation, example };
  }

  /** Takes away what was pushed last. */
  pop(): { readonly conversation: Conversation; readonly example: SupervisedExample } {
    const { last } = this;
    if (last === null) throw new Error('Nothing was pushed since the last was taken away.');
    if (this.far.length > 0) this.far.pop();
    else this.kept.pop();
    this.tokens -= last.example.ids.length;
    this.last = null;
    return last;
  }

  /** Throws BadInput where its file is gone or another one by now. */
  async at(i: number): Promise<SupervisedExample> {
    return i < this.kept.length ? this.kept[i] : this.far.at(i - this.kept.length);
  }
}

/**
 * Writes every conversation in the model's words, one after another as they come, and splits them: one in eight is held
 * out, by its text alone, or the last one of a file too small for that. What is written is kept up to `keptTokens`. Throws
 * BadInput where nothing is left to learn from, and for a file that cannot be read.
 */
export async function examplesFor(
  model: Named,
  conversations: Conversations,
  file: string,
  maxLength: number,
  { keptTokens, ...wanted }: Wanted & { keptTokens?: number } = {},
): Promise<Examples> {
  const template = chatTemplate(model.tokenizer, model.where);
  const most = Math.min(maxLength, model.config.maxPositions);
  const train = new TrainExamples((c) => supervisedExample(c, model.text, template, file), keptTokens);
  const heldOut: HeldOutExample[] = [];
  const holdOut = (c: Conversation, example: SupervisedExample): void => {
    if (heldOut.length < HELD_OUT_AT_MOST)
      heldOut.push({ example, prompt: promptOf(c, template), expected: answerOf(c) });
  };
  const leftOut = { count: 0, first: [] as LeftOut[] };
  const unused = new UnusedFields(template);
  let [number, longest, fingerprint, before] = [0, 0, 0, 0];
  const pace = pacing(wanted);
  const total = Array.isArray(conversations) ? conversations.length : null;
  for await (const conversation of conversations) {
    await pace(number++, total);
    unused.add(conversation);
    const example = written(model, template, conversation, `${file}, example ${number}`, most);
    if (typeof example === 'string') {
      if (leftOut.count++ < REASONS) leftOut.first.push({ number, why: example });
      continue;
    }
    longest = Math.max(longest, example.ids.length);
    if (splitOfQuestion(conversation.messages.map((m) => m.content).join('\n')) === 'train') {
      train.push(conversation, example);
      [before, fingerprint] = [fingerprint, hash32([fingerprint, ...example.ids])];
    } else {
      train.passBy(example);
      holdOut(conversation, example);
    }
  }
  // A file too small for one in eight holds out its last example.
  if (train.length > 1 && heldOut.length === 0) {
    const last = train.pop();
    holdOut(last.conversation, last.example);
    fingerprint = before;
  }
  if (train.length === 0) throw nothingToLearn(number, leftOut, file);
  return { train, heldOut, leftOut, unused: unused.list(), longest, fingerprint };
}

/** Fields that are in the data and not in what the model reads. */
class UnusedFields {
  private readonly counts = new Map<string, number>();

  constructor(private readonly template: ChatTemplate) {}

  add({ unused = [], tools }: Conversation): void {
    const { counts } = this;
    for (const name of tools && !this.template.knowsTools ? [...unused, 'tools'] : unused)
      if (counts.size < FIELD_NAMES || counts.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }

  /** The most frequent first. */
  list(): UnusedField[] {
    const all = [...this.counts].map(([name, examples]) => ({ name, examples }));
    return all.sort((a, b) => b.examples - a.examples).slice(0, BOUNDS.unusedFields);
  }
}

/** Names that are counted; a file has few, or is none of examples. */
const FIELD_NAMES = 10_000;

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

function nothingToLearn(count: number, leftOut: LeftOutExamples, file: string): BadInput {
  const [first] = leftOut.first;
  return new BadInput(
    first
      ? `of ${count} examples none can be learnt from: ${leftOut.count} are left out (example ${first.number}: ${first.why})`
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

/** What a run would learn from, without opening the weights. Throws BadInput as examplesFor does. */
export async function previewExamples(
  model: Named,
  conversations: Conversations,
  { data, maxLength }: SftConfig,
  wanted?: Wanted,
): Promise<DataPreview> {
  const { train, heldOut, leftOut, unused, longest } = await examplesFor(model, conversations, data, maxLength, wanted);
  const warning = model.text.warning;
  return {
    examples: train.length,
    heldOut: heldOut.length,
    leftOut: leftOut.count,
    why: [...leftOut.first],
    unused,
    tokens: train.tokens,
    longest,
    templated: chatTemplate(model.tokenizer, model.where).ofModel,
    first: exampleLosses(await train.at(0), (id) => model.text.token(id), []),
    separator: model.text.separator,
    ...(warning === undefined ? {} : { warning }),
  };
}
